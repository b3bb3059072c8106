/**
 * Every action that works from anywhere, defined once: the palette lists them, keys and the native menu call them by
 * name.
 */
import { createSharedComposable } from '@vueuse/core'
import { computed, ref, watch, type Ref, type WritableComputedRef } from 'vue'
import type { MenuCommand, RunConfig, SplitName } from '../api/types'
import { dateTime } from '../format/units'
import { entryName } from '../mixture/entry'
import { command, type Command } from '../palette/match'
import { optionCommands } from './option-commands'
import { projectCommands } from './project-commands'
import { useDuplicates } from './use-duplicates'
import { useMachine } from './use-machine'
import { PLACES, PLACE_NAMES, useNavigation } from './use-navigation'
import { useProject } from './use-project'
import { useProjects } from './use-projects'
import { useQueue } from './use-queue'
import { useRun } from './use-run'
import { useRuns } from './use-runs'
import { useSettings } from './use-settings'
import { useTalkShelf } from './use-talk-shelf'
import { textSizeCommands, useTextSize } from './use-text-size'
import { useEvent } from './use-event'

type Floating = 'palette' | 'keys'

function isFloating(floating: Ref<Floating | null>, name: Floating): WritableComputedRef<boolean> {
  return computed({
    get: () => floating.value === name,
    set: (open) => {
      if (open) floating.value = name
      else if (floating.value === name) floating.value = null
    },
  })
}

export const useCommands = createSharedComposable(() => {
  const navigation = useNavigation()
  const project = useProject()
  const run = useRun()
  const duplicates = useDuplicates() // kept here, so that a search goes on while other places are shown
  const projects = useProjects()
  const machine = useMachine()
  const { runs } = useRuns()
  const ofQueue = queueCommands(useQueue().add, navigation.showQueue)
  const { update } = useSettings()
  const text = useTextSize()
  const { startNew } = useTalkShelf() // kept here, so that answers go on while other places are shown
  /** What floats over the place it was called from; one at a time. */
  const floating = ref<Floating | null>(null)
  const paletteOpen = isFloating(floating, 'palette')
  const keysOpen = isFloating(floating, 'keys')
  watch(navigation.place, () => (floating.value = null))

  const byName: Record<MenuCommand, () => void> = {
    'view.mixture': () => navigation.go('mixture'),
    'view.packing': () => navigation.go('packing'),
    'view.train': () => navigation.go('train'),
    'view.talk': () => navigation.go('talk'),
    'view.runs': () => navigation.go('runs'),
    'view.settings': () => navigation.go('settings'),
    'run.toggle': () => void run.toggle(),
    'run.stop': () => void run.stop(),
    'project.new': () => void project.create(),
    'project.open': () => void project.open(),
    'project.menu': () => (projects.menuOpen.value = true),
    'project.save': () => void project.save(),
    'project.saveAs': () => void project.save(true),
    'text.larger': () => text.choose(text.larger.value),
    'text.smaller': () => text.choose(text.smaller.value),
    'text.usual': text.toUsual,
    'machine.open': () => (machine.dialogOpen.value = true),
    palette: () => (paletteOpen.value = true),
    'help.keys': () => (keysOpen.value = true),
  }

  const places = PLACES.map((place, index): Command => ({
    id: place,
    title: PLACE_NAMES[place],
    group: 'place',
    keys: `Ctrl ${index + 1}`,
    run: () => navigation.go(place),
  }))
  const commands = computed<Command[]>(() => [
    command('toggle', `${run.action.value} the run`, 'run', byName['run.toggle'], 'Space'),
    ...(run.canStop.value ? [command('stop', run.stopTitle.value, 'run', byName['run.stop'], 'Ctrl .')] : []),
    ...places,
    ...ofQueue,
    command('checkpoints', 'Checkpoints', 'place', navigation.showCheckpoints),
    command('talk', 'New conversation', 'Talk', newTalk, 'Ctrl J'),
    command('duplicates', 'Check for duplicates', 'mixture', showDuplicates),
    ...projectCommands(project, projects),
    ...(['light', 'dark', 'system'] as const).map((theme) =>
      command(`theme ${theme}`, `Appearance: ${theme}`, 'settings', () => void update({ theme })),
    ),
    ...textSizeCommands(text),
    command('machine', 'Open a machine', 'machine', byName['machine.open']),
    ...(machine.host.value
      ? [command('here', 'Back to this computer', 'machine', () => void machine.leave())]
      : []),
    command('keys', 'Show the keys', 'help', byName['help.keys'], '?'),
    ...runs.value
      .slice(0, 50)
      .map(({ id, name, created_at }) =>
        command(`run ${id}`, name, `run of ${dateTime(created_at)}`, () => navigation.showRun(id)),
      ),
    ...batchCommands(),
    ...taskCommands(project.config.value?.mixture, navigation.selectEntry),
    ...optionCommands(navigation.showOption),
  ])

  function newTalk(): void {
    startNew()
    navigation.go('talk')
  }

  function showDuplicates(): void {
    duplicates.isOpen.value = true
    navigation.go('mixture')
  }

  /** Commands that choose whose batches Packing shows. A run's batches are shown from the first on. */
  function batchCommands(): Command[] {
    const { showBatch, packingRun } = navigation
    const ofRuns = runs.value
      .slice(0, 50)
      .map(({ id, name }) =>
        command(`batches ${id}`, `Batches of ${name}`, 'Packing', () => showBatch('train', 0, id)),
      )
    const ofProject = command('batches', 'Batches of the project', 'Packing', () => showBatch('train', 0))
    return packingRun.value === null ? ofRuns : [ofProject, ...ofRuns]
  }

  useEvent('menu.command', ({ command: name }) => byName[name]())
  return { commands, byName, paletteOpen, keysOpen }
})

function queueCommands(add: () => Promise<boolean>, showQueue: () => void): Command[] {
  return [
    command('queue', 'Queue', 'place', showQueue),
    command('queue add', 'Add the project to the queue', 'run', () => void add()),
  ]
}

/** Commands that show a task of the mixture. */
function taskCommands(
  mixture: RunConfig['mixture'] | undefined,
  select: (split: SplitName, index: number) => void,
): Command[] {
  if (!mixture) return []
  return (['train', 'val'] as const).flatMap((split) =>
    mixture[split].map((entry, index) =>
      command(`task ${split} ${index}`, entryName(entry), `${split} task`, () => {
        select(split, index)
      }),
    ),
  )
}

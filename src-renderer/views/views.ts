/**
 * The view of each place.
 */
import type { Component } from 'vue'
import type { Place } from '../composables/use-navigation'
import MixtureView from './MixtureView.vue'
import PackingView from './PackingView.vue'
import RunsView from './RunsView.vue'
import SettingsView from './SettingsView.vue'
import TalkView from './TalkView.vue'
import TrainView from './TrainView.vue'

export const VIEWS: Record<Place, Component> = {
  mixture: MixtureView,
  packing: PackingView,
  train: TrainView,
  talk: TalkView,
  runs: RunsView,
  settings: SettingsView,
}

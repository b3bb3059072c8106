/**
 * Has the threads and processes that a test file starts taken from the build, which is made first where it is stale.
 * Importing this file is enough.
 */
import { join } from 'node:path'

import { buildIfStale } from '../../scripts/build'
import { projectDir } from '../../src-main/native/paths'
import { startThreadsFrom } from '../../src-main/threads/spawn'

await buildIfStale()
startThreadsFrom(join(projectDir(), 'out', 'main'))

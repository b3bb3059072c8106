/** The packing policies by name. */
import { bestFitCrop } from './bestfit-crop'
import { bestFitPad } from './bestfit-pad'
import { cropShortest } from './crop-shortest'
import { firstFitDecreasing } from './first-fit-decreasing'
import { greedyCrop } from './greedy-crop'
import type { Packer } from './policy'
import type { PackingName } from '../packings.schema'

export const packers: Readonly<Record<PackingName, Packer>> = {
  'bestfit-crop': bestFitCrop,
  'bestfit-pad': bestFitPad,
  'greedy-crop': greedyCrop,
  'crop-shortest': cropShortest,
  'first-fit-decreasing': firstFitDecreasing,
}

/** Every packing policy, in the order in which they are offered. A new one is a file beside this one and a line here. */
import { bestFitCrop } from './bestfit-crop'
import { bestFitPad } from './bestfit-pad'
import { cropShortest } from './crop-shortest'
import { firstFitDecreasing } from './first-fit-decreasing'
import { greedyCrop } from './greedy-crop'
import { nextFit } from './next-fit'

export const POLICIES = [
  bestFitCrop,
  bestFitPad,
  greedyCrop,
  cropShortest,
  nextFit,
  firstFitDecreasing,
] as const

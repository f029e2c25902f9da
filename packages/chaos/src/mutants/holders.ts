// Constructors for the test that must notice a mutant.
import type { HeldByTest } from './mutant.ts'

const heldIn =
  (project: HeldByTest['project']) =>
  (file: string, title: string): HeldByTest => ({ project, file, title })

export const unit = heldIn('unit')
export const int = heldIn('int')
export const flow = heldIn('flow')
export const kafka = heldIn('kafka')

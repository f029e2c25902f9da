// A failure that a person can mend, where the kit with all that services need would be too much to load.

/** Its message says what to do; programs print it without a stack. */
export class ForPeople extends Error {
  readonly forPeople = true
}

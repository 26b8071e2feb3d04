/** Why a value does not fit a column. Says what was found and never quotes it: reasons go to logs. */
export class BadValue {
  /** Completes `found …`: `a text that is no whole number`. */
  readonly found: string;

  constructor(found: string) {
    this.found = found;
  }
}

/** What can keep a local search server from starting. Each message is one sentence for the person at the terminal. */
import { FatalError } from '../../../shared/errors.ts';

/** This machine lacks what the server needs: a Java, Maven, openssl. Code `LOCAL_SEARCH_UNAVAILABLE`. */
export class SearchUnavailableError extends FatalError {
  constructor(message: string) {
    super('LOCAL_SEARCH_UNAVAILABLE', message);
  }
}

/** The archive could not be fetched or is not the one that was asked for, or our plugin does not compile against it.
 *  Code `SEARCH_ARCHIVE_INVALID`. */
export class SearchArchiveError extends FatalError {
  constructor(message: string) {
    super('SEARCH_ARCHIVE_INVALID', message);
  }
}

/** The server's process ended or did not answer in time; the message carries the end of its log. Code `LOCAL_SEARCH_FAILED`. */
export class LocalSearchError extends FatalError {
  constructor(message: string) {
    super('LOCAL_SEARCH_FAILED', message);
  }
}

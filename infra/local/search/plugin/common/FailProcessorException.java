package spillway.local;

/** Replies name the type after the class: {@code fail_processor_exception}, as the server's own. */
final class FailProcessorException extends RuntimeException {
  FailProcessorException(String message) {
    super(message);
  }
}

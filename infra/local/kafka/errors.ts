/** What can keep a local Kafka from starting. Each message is one sentence for the person at the terminal. */
import { FatalError } from '../../../shared/errors.ts';

const OWN_BROKER =
  'or set SPILLWAY_BOOTSTRAP_SERVERS=host:port to point the demo and the tests at a Kafka broker of your own';

/** No usable Java. Code `JAVA_MISSING`. */
export class JavaMissingError extends FatalError {
  constructor(found: string) {
    super(
      'JAVA_MISSING',
      `The local Kafka needs Java 17 or newer and ${found}: install one (Debian: apt install openjdk-17-jre-headless; a JAVA_HOME is honoured), ${OWN_BROKER}.`,
    );
  }
}

/** The jars of Kafka are not in the cache and there is no Maven to fetch them. Code `MAVEN_MISSING`. */
export class MavenMissingError extends FatalError {
  constructor(cache: string) {
    super(
      'MAVEN_MISSING',
      `The local Kafka's jars are not in ${cache} and no 'mvn' was found to fetch them: install Maven (Debian: apt install maven), or name a folder that has the jars in KAFKA_JARS, ${OWN_BROKER}.`,
    );
  }
}

/** The jars could not be fetched, or are not the ones of `jars.sha256`. Code `KAFKA_JARS_INVALID`. */
export class KafkaJarsError extends FatalError {
  constructor(message: string) {
    super('KAFKA_JARS_INVALID', message);
  }
}

/** The broker's process ended or did not answer in time; the message carries the end of its log. Code `LOCAL_KAFKA_FAILED`. */
export class LocalKafkaError extends FatalError {
  constructor(message: string) {
    super('LOCAL_KAFKA_FAILED', message);
  }
}

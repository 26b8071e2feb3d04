/** `spillway validate --from-connect FILE`: a Kafka Connect sink's configuration as a connector of ours. Talks to nobody. */
import { stringify } from 'yaml';
import type { SecretResolver } from '../../shared/config/secret.ts';
import type { SinkDefinition } from '../../shared/sink.ts';
import { readConnectorFile } from '../connector-file.ts';
import { type Remark, type Translation, translate } from '../from-connect/translate.ts';
import { formatValidation, type Validation, validateRaw } from './validate.ts';

export interface FromConnect {
  readonly translation: Translation;
  /** Of the translated connector. */
  readonly validation: Validation;
}

/** @throws ConfigError when the file cannot be read, or is of no connector that can be translated */
export function fromConnect(path: string, sinks: readonly SinkDefinition[], secrets: SecretResolver): FromConnect {
  const translation = translate(readConnectorFile(path));
  return { translation, validation: validateRaw(`${path}, translated`, translation.connector, sinks, secrets) };
}

/** The connector, to be kept in a file: YAML, or JSON. */
export function connectorText({ translation }: FromConnect, asJson: boolean): string {
  return asJson
    ? `${JSON.stringify(translation.connector, null, 2)}\n`
    : stringify(translation.connector, { lineWidth: 0 });
}

/** What the user must know of it, as text or as JSON. */
export function reportText({ translation, validation }: FromConnect, asJson: boolean): string {
  const { connector: _, ...remarks } = translation;
  if (asJson) return `${JSON.stringify({ ...remarks, validation }, null, 2)}\n`;
  const { source, fillIn, noCounterpart, changed, needless } = translation;
  const lines = [
    `Recognised as ${source}.`,
    ...section('To be filled in', fillIn),
    ...section('No counterpart, left out', noCounterpart),
    ...section('Means something else here', changed),
    ...section('Not needed here, left out', needless),
    '',
  ];
  return `${lines.join('\n')}\n${formatValidation(validation, false)}`;
}

function section(title: string, remarks: readonly Remark[]): string[] {
  if (remarks.length === 0) return [];
  return ['', `${title}:`, ...remarks.map(({ key, message }) => `  ${key}: ${message}`)];
}

/** Environment variables of the dead-letter function, besides those of Kafka (`SPILLWAY_...`). */
import { failureKeys } from '../../shared/config/connector/failure-keys.ts';
import { sourceKeys } from '../../shared/config/connector/source-keys.ts';
import { defineKey } from '../../shared/config/define-key.ts';

/** The connector's own keys, spelt as the connector spells them: one block of variables does for both. */
export const deadLetterKeys = {
  name: sourceKeys('').name,
  'connector.class': defineKey.string({
    group: 'Connector',
    importance: 'LOW',
    displayName: 'Sink',
    default: 'fc-sink',
    doc: 'Class of the sink that failed, as the error headers name it.',
  }),
  'runtime.error.topic.name': failureKeys['runtime.error.topic.name'],
  'overflow.claim.check.endpoint': defineKey.string({
    group: 'Overflow',
    importance: 'LOW',
    displayName: 'Claim-check endpoint',
    doc: 'Where values may have been stored, besides `*.aliyuncs.com`.',
  }),
};

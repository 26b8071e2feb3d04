/** All keys of the Elasticsearch sink. */
import type { ConfigOf } from '../../../shared/config/definition.ts';
import { bulkKeys } from './bulk-keys.ts';
import { documentKeys } from './document-keys.ts';
import { targetKeys } from './target-keys.ts';
import { writeKeys } from './write-keys.ts';

export const elasticsearchKeys = { ...targetKeys, ...writeKeys, ...documentKeys, ...bulkKeys };

export type ElasticsearchConfig = ConfigOf<typeof elasticsearchKeys>;

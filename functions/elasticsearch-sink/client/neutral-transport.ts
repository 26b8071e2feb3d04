/** The Elastic client speaks one major version of one product; servers from 7.10 to 9 and OpenSearch all take the plain media types. */
import { Transport } from '@elastic/elasticsearch';

type TransportOptions = ConstructorParameters<typeof Transport>[0];

/** Without the check of the product, whose header OpenSearch and Elasticsearch before 7.14 do not send, and without `compatible-with=8`,
 *  which OpenSearch and Elasticsearch 7.10 refuse with 406. */
export class NeutralTransport extends Transport {
  constructor({ productCheck: _, ...options }: TransportOptions) {
    super({
      ...options,
      vendoredHeaders: {
        jsonContentType: 'application/json',
        ndjsonContentType: 'application/x-ndjson',
        accept: 'application/json',
      },
    });
  }
}

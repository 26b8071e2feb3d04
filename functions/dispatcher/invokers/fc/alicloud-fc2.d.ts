/** Types of what is used of @alicloud/fc2 2.6.6, which ships none. `test/unit/functions/dispatcher/invokers/fc/api-v2.test.ts` fails when one of
 *  these shapes changes. */

declare module '@alicloud/fc2' {
  type Headers = Readonly<Record<string, string | number>>;

  export default class FC {
    static getSignature(
      accessKeyId: string,
      accessKeySecret: string,
      method: string,
      path: string,
      headers: Headers,
      queries?: null,
    ): string;

    constructor(
      accountId: string,
      config: {
        readonly accessKeyID: string;
        readonly accessKeySecret: string;
        readonly securityToken?: string | undefined;
        readonly region: string;
        readonly endpoint: string;
      },
    );

    readonly accessKeyID: string;
    readonly accessKeySecret: string;
    /** Of the API; part of every path. */
    readonly version: string;

    buildHeaders(): Record<string, string>;
    /** Every method ends here. */
    request(
      method: string,
      path: string,
      query: object | null,
      body: Buffer | null,
      headers?: Record<string, string>,
    ): Promise<{ readonly headers: Record<string, string>; readonly data: unknown }>;
    invokeFunction(
      serviceName: string,
      functionName: string,
      event: Buffer,
      headers: Record<string, string>,
      qualifier: string,
    ): Promise<{ readonly headers: Record<string, string>; readonly data: unknown }>;
    getFunction(
      serviceName: string,
      functionName: string,
      headers: Record<string, string>,
      qualifier: string,
    ): Promise<{ readonly headers: Record<string, string>; readonly data: unknown }>;
  }
}

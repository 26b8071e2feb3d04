/** An OpenAPI document, as far as requests are made from it and answers held against it. */

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface ApiOperation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: JsonSchema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema: JsonSchema }>> }>>;
  readonly summary: string;
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

export interface ApiRoute {
  /** In capitals. */
  readonly method: string;
  /** `/connectors/{connector}` */
  readonly path: string;
  readonly operation: ApiOperation;
}

export function routesOf({ paths }: ApiDocument): readonly ApiRoute[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

/** The schema that a reference stands for. */
export function resolved(document: ApiDocument, schema: JsonSchema): JsonSchema {
  const ref = schema['$ref'];
  if (typeof ref !== 'string') return schema;
  const found = document.components.schemas[ref.replace('#/components/schemas/', '')];
  if (found === undefined) throw new Error(`the document has no ${ref}`);
  return found;
}

/** The statements that the stand-in runs: those that a writer needs, and those of a person who looks at what was written. */
import { parseColumnType } from '../column-type.ts';
import type { Column } from '../table-column.ts';
import { parseError, SqlTokens } from './sql-tokens.ts';

/** A table as a statement names it, part by part. */
export type TableName = readonly string[];

export interface CreateTable {
  readonly kind: 'create-table';
  readonly name: TableName;
  readonly ifNotExists: boolean;
  readonly columns: readonly Column[];
  readonly partitionKeys: readonly Column[];
  readonly primaryKey: readonly string[];
  readonly properties: ReadonlyMap<string, string>;
  readonly lifecycle: number;
}

export interface Aggregate {
  readonly function: 'COUNT' | 'COUNT DISTINCT' | 'MIN' | 'MAX';
  /** Absent for `COUNT(*)`. */
  readonly column: string | undefined;
  /** Its name in the first line of the result. */
  readonly title: string;
}

export interface Literal {
  readonly kind: 'string' | 'number';
  readonly text: string;
}

export interface Condition {
  readonly column: string;
  readonly operator: '=' | '<>' | '<' | '<=' | '>' | '>=';
  readonly value: Literal;
}

export type Statement =
  | CreateTable
  | { readonly kind: 'drop-table'; readonly name: TableName; readonly ifExists: boolean }
  | {
      readonly kind: 'add-partition' | 'drop-partition';
      readonly name: TableName;
      /** `IF NOT EXISTS`, `IF EXISTS`. */
      readonly isLenient: boolean;
      readonly partitions: readonly ReadonlyMap<string, string>[];
    }
  | { readonly kind: 'add-columns'; readonly name: TableName; readonly columns: readonly Column[] }
  | {
      readonly kind: 'select';
      readonly name: TableName;
      readonly aggregates: readonly Aggregate[];
      readonly conditions: readonly Condition[];
    };

const COLUMN_WORDS = ['NOT', 'NULL', 'COMMENT', 'DEFAULT'];

/** One statement on its way from text to meaning. */
class StatementReader {
  readonly #tokens: SqlTokens;

  constructor(text: string) {
    this.#tokens = new SqlTokens(text);
  }

  read(): Statement {
    const statement = this.#statement();
    this.#tokens.end();
    return statement;
  }

  #statement(): Statement {
    const tokens = this.#tokens;
    if (tokens.accept('CREATE', 'TABLE')) return this.#createTable();
    if (tokens.accept('DROP', 'TABLE')) {
      const ifExists = tokens.accept('IF', 'EXISTS');
      return { kind: 'drop-table', ifExists, name: this.#tableName() };
    }
    if (tokens.accept('ALTER', 'TABLE')) return this.#alterTable();
    if (tokens.accept('SELECT')) return this.#select();
    throw parseError(`this stand-in does not run ${tokens.peek().text}`);
  }

  #tableName(): TableName {
    const parts = [this.#tokens.identifier()];
    while (this.#tokens.accept('.')) parts.push(this.#tokens.identifier());
    if (parts.length > 3) throw parseError(`${parts.join('.')} is no name of a table`);
    return parts;
  }

  #createTable(): CreateTable {
    const tokens = this.#tokens;
    const ifNotExists = tokens.accept('IF', 'NOT', 'EXISTS');
    const name = this.#tableName();
    const columns: Column[] = [];
    let primaryKey: readonly string[] = [];
    tokens.list(() => {
      if (tokens.accept('PRIMARY', 'KEY')) primaryKey = tokens.list(() => tokens.identifier());
      else columns.push(this.#column());
    });
    let partitionKeys: readonly Column[] = [];
    let properties: readonly (readonly [string, string])[] = [];
    let lifecycle = -1;
    for (;;) {
      if (tokens.accept('COMMENT')) tokens.string();
      else if (tokens.accept('PARTITIONED', 'BY')) partitionKeys = tokens.list(() => this.#column());
      else if (tokens.accept('TBLPROPERTIES')) properties = tokens.list(() => this.#property());
      else if (tokens.accept('LIFECYCLE')) lifecycle = Number(tokens.next().text);
      else break;
    }
    if (!(lifecycle === -1 || lifecycle > 0)) throw parseError('LIFECYCLE takes a number of days');
    const facts = { partitionKeys, primaryKey, properties: new Map(properties), lifecycle };
    return { kind: 'create-table', name, ifNotExists, columns, ...facts };
  }

  #property(): readonly [string, string] {
    const name = this.#tokens.string();
    this.#tokens.expect('=');
    return [name, this.#tokens.string()];
  }

  #column(): Column {
    const tokens = this.#tokens;
    const name = tokens.identifier();
    const type = this.#type(name);
    let nullable = true;
    let comment = '';
    for (;;) {
      if (tokens.accept('NOT', 'NULL')) nullable = false;
      else if (tokens.accept('NULL')) nullable = true;
      else if (tokens.accept('DEFAULT')) tokens.next();
      else if (tokens.accept('COMMENT')) comment = tokens.string();
      else return { name, type, nullable, comment };
    }
  }

  /** All words up to the end of the column, at the depth where the type began. */
  #type(column: string): Column['type'] {
    let text = '';
    for (let depth = 0; ; ) {
      const { kind, text: word } = this.#tokens.peek();
      const isOver = word === ',' || word === ')' || COLUMN_WORDS.includes(word.toUpperCase());
      if (kind === 'end' || (depth === 0 && isOver)) break;
      if (word === '<' || word === '(') depth++;
      if (word === '>' || word === ')') depth--;
      text += kind === 'name' ? `\`${word}\`` : word;
      this.#tokens.next();
    }
    try {
      return parseColumnType(text);
    } catch (thrown) {
      throw parseError(`column ${column}: ${(thrown as Error).message}`);
    }
  }

  #alterTable(): Statement {
    const tokens = this.#tokens;
    const name = this.#tableName();
    const isAdd = tokens.accept('ADD');
    if (!isAdd) tokens.expect('DROP');
    if (isAdd && tokens.accept('COLUMNS')) {
      return { kind: 'add-columns', name, columns: tokens.list(() => this.#column()) };
    }
    const isLenient = isAdd ? tokens.accept('IF', 'NOT', 'EXISTS') : tokens.accept('IF', 'EXISTS');
    const partitions: ReadonlyMap<string, string>[] = [];
    do {
      tokens.expect('PARTITION');
      partitions.push(new Map(tokens.list(() => this.#partitionValue())));
    } while (tokens.peek().text.toUpperCase() === 'PARTITION' || tokens.accept(','));
    return { kind: isAdd ? 'add-partition' : 'drop-partition', name, isLenient, partitions };
  }

  #partitionValue(): readonly [string, string] {
    const name = this.#tokens.identifier();
    this.#tokens.expect('=');
    return [name, this.#literal().text];
  }

  #literal(): Literal {
    const { kind, text } = this.#tokens.next();
    if (kind === 'string' || kind === 'number') return { kind, text };
    throw parseError(`'${text}' where a value was expected`);
  }

  #select(): Statement {
    const tokens = this.#tokens;
    const aggregates: Aggregate[] = [];
    do aggregates.push(this.#aggregate(aggregates.length));
    while (tokens.accept(','));
    tokens.expect('FROM');
    const name = this.#tableName();
    const conditions: Condition[] = [];
    if (tokens.accept('WHERE')) {
      do this.#condition(conditions);
      while (tokens.accept('AND'));
    }
    return { kind: 'select', name, aggregates, conditions };
  }

  #aggregate(at: number): Aggregate {
    const tokens = this.#tokens;
    const called = tokens.next().text.toUpperCase();
    if (called !== 'COUNT' && called !== 'MIN' && called !== 'MAX') {
      throw parseError(`this stand-in selects COUNT, MIN and MAX only, not ${called}`);
    }
    tokens.expect('(');
    const isDistinct = called === 'COUNT' && tokens.accept('DISTINCT');
    const column = called === 'COUNT' && tokens.accept('*') ? undefined : tokens.identifier();
    tokens.expect(')');
    const title = tokens.accept('AS') ? tokens.identifier() : `_c${at}`;
    return { function: isDistinct ? 'COUNT DISTINCT' : called, column, title };
  }

  #condition(all: Condition[]): void {
    const tokens = this.#tokens;
    const column = tokens.identifier();
    if (tokens.accept('BETWEEN')) {
      all.push({ column, operator: '>=', value: this.#literal() });
      tokens.expect('AND');
      all.push({ column, operator: '<=', value: this.#literal() });
      return;
    }
    const { text } = tokens.next();
    const operator = (['=', '<>', '<', '<=', '>', '>='] as const).find(
      (each) => each === (text === '!=' ? '<>' : text),
    );
    if (operator === undefined) throw parseError(`'${text}' where a comparison was expected`);
    all.push({ column, operator, value: this.#literal() });
  }
}

/** Reads one statement with its semicolon.
 *  @throws SqlError in the words of the service */
export function readStatement(text: string): Statement {
  return new StatementReader(text).read();
}

import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
} from 'yaml';
import {
  formatPath,
  type Path,
  type Plain,
  rootSchema,
  type Schema,
  schemaOfMember,
  typesOf,
} from './plain.ts';

/** A YAML text whose values know where they stand. */
export interface PlacedText {
  value: Plain;
  /** What is no YAML, as lines `file:line:column what`. */
  problems: readonly string[];
  /** `file:line:column path`; of a member, where its key stands. */
  place(path: Path): string;
}

/** More than anybody writes; aliases could make a short text as large as one likes. */
const VALUES_MAX = 100_000;
const DEPTH_MAX = 32;

/**
 * Parses the text of `file`. A scalar is a number or a truth only where the schema wants one: an unquoted 20.10 is a
 * version, not the number 20.1.
 */
export function readYaml(text: string, file: string): PlacedText {
  const lines = new LineCounter();
  const document: Document.Parsed = parseDocument(text, { schema: 'failsafe', lineCounter: lines });
  const offsets = new Map<string, number>();
  const problems: string[] = [];
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  for (const { pos, message } of [...document.errors, ...document.warnings]) {
    const [first = ''] = message.split('\n');
    problems.push(`${at(pos[0])} ${first.replace(/ at line \d+, column \d+:$/, '')}`);
  }
  let values = 0;
  function read(written: Node | null, path: Path, schema: Schema | undefined): Plain {
    const node = isAlias(written) ? written.resolve(document) : written;
    if (++values > VALUES_MAX || path.length > DEPTH_MAX)
      throw new TooLarge(`${at(written?.range?.[0] ?? 0)} ${formatPath(path.slice(0, 3))}`);
    if (isMap(node)) {
      const members = node.items.map(({ key, value }): [string, Plain] => {
        const name = isScalar(key) ? String(key.value) : String(key);
        const own = [...path, name];
        offsets.set(JSON.stringify(own), (key as Node).range?.[0] ?? 0);
        return [name, read(value as Node | null, own, schemaOfMember(schema, name))];
      });
      return Object.fromEntries(members);
    }
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        const own = [...path, String(index)];
        offsets.set(JSON.stringify(own), (item as Node).range?.[0] ?? 0);
        return read(item as Node, own, schema?.items);
      });
    }
    return isScalar(node) ? scalarOf(node, schema ?? {}) : null;
  }
  const place = (path: Path): string => {
    for (let length = path.length; length > 0; length--) {
      const offset = offsets.get(JSON.stringify(path.slice(0, length)));
      if (offset !== undefined) return `${at(offset)} ${formatPath(path)}`;
    }
    return `${at(0)} ${formatPath(path)}`;
  };
  let value: Plain = {};
  if (problems.length === 0 && document.contents !== null) {
    try {
      value = read(document.contents, [], rootSchema);
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
      problems.push(
        `${error.message}: more than ${VALUES_MAX} values, or ${DEPTH_MAX} deep, with its aliases`,
      );
    }
  }
  return { value, problems, place };
}

class TooLarge extends Error {}

function scalarOf({ value, type }: Scalar, schema: Schema): Plain {
  const text = String(value);
  if (type !== 'PLAIN') return text;
  const types = typesOf(schema);
  if (['', '~', 'null'].includes(text)) return null;
  if ((types.includes('integer') || types.includes('number')) && /^-?\d+(\.\d+)?$/.test(text))
    return Number(text);
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

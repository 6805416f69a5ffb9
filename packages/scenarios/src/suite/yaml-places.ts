import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { UsageError } from '../usage-error.ts';
import { nearest } from './nearest.ts';

/** A value in a YAML file, with its path, e.g. `cases[0].docker`. */
export interface Found {
  node: Node;
  path: string;
}

/** A YAML file whose values know where they stand. Whatever is wrong is noted, so that all of it can be told at once. */
export interface PlacedYaml {
  /** The file's own value; undefined for a file that is not YAML or empty. */
  root: Found | undefined;
  lineOf(found: Found): number;
  /** Notes what is wrong with a value. */
  refuse(found: Found, why: string): void;
  /** The members of a mapping; unknown ones are refused, naming the nearest that there is. */
  members(found: Found, keys: readonly string[]): Map<string, Found>;
  /** The items of a list; a single scalar is a list of one. */
  items(found: Found): Found[];
  /** The text of a scalar as it is written. */
  text(found: Found): string | undefined;
  /** What `make` makes of a scalar's text; a UsageError of it is noted at the value. */
  made<T>(found: Found | undefined, make: (text: string) => T): T | undefined;
  /** Lines `file:line:column path: what is wrong`. */
  problems: readonly string[];
}

/** Parses the text of `file`. Every scalar stays a text: an unquoted 20.10 is a version, not the number 20.1. */
export function parseYaml(text: string, file: string): PlacedYaml {
  const lines = new LineCounter();
  const document: Document.Parsed = parseDocument(text, { schema: 'failsafe', lineCounter: lines });
  const problems: string[] = [];
  const note = (offset: number, what: string) => {
    const { line, col } = lines.linePos(offset);
    problems.push(`${file}:${line}:${col} ${what}`);
  };
  for (const { pos, message } of [...document.errors, ...document.warnings]) {
    note(pos[0], (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:$/, ''));
  }
  const startOf = ({ node }: Found) => node.range?.[0] ?? 0;
  const refuse = (found: Found, why: string) => note(startOf(found), `${found.path || 'the file'}: ${why}`);
  /** The node itself, or what an alias stands for. */
  const meant = ({ node }: Found) => (isAlias(node) ? node.resolve(document) : node);

  const yaml: PlacedYaml = {
    root: problems.length === 0 && document.contents ? { node: document.contents, path: '' } : undefined,
    lineOf: (found) => lines.linePos(startOf(found)).line,
    refuse,
    members(found, keys) {
      const members = new Map<string, Found>();
      const map = meant(found);
      if (!isMap(map)) {
        refuse(found, `found ${kindOf(map)}, expected a mapping with ${keys.join(', ')}`);
        return members;
      }
      for (const { key, value } of map.items) {
        const name = isScalar(key) ? String(key.value) : String(key);
        const path = found.path === '' ? name : `${found.path}.${name}`;
        if (!keys.includes(name)) {
          const asked: Found = { node: key as Node, path };
          refuse(asked, `unknown key; the nearest known is "${nearest(name, keys)}" (of ${keys.join(', ')})`);
        } else if (value !== null) {
          members.set(name, { node: value as Node, path });
        }
      }
      return members;
    },
    items(found) {
      const value = meant(found);
      if (isSeq(value))
        return value.items.map((node, index) => ({ node: node as Node, path: `${found.path}[${index}]` }));
      if (isScalar(value)) return [found];
      refuse(found, `found ${kindOf(value)}, expected a list`);
      return [];
    },
    text(found) {
      const value = meant(found);
      if (isScalar(value) && value.value !== '') return String(value.value);
      refuse(found, `found ${kindOf(value)}, expected a value`);
      return undefined;
    },
    made(found, make) {
      const written = found && yaml.text(found);
      if (found === undefined || written === undefined) return undefined;
      try {
        return make(written);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        refuse(found, error.message);
        return undefined;
      }
    },
    problems,
  };
  return yaml;
}

function kindOf(node: unknown): string {
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  return isScalar(node) && node.value !== '' ? 'a single value' : 'nothing';
}

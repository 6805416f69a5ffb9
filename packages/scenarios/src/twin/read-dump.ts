import { UsageError } from '../usage-error.ts';
import type { BadItem, Dump, DumpNode, DumpPod, DumpSource, ReadyStatus } from './dump.ts';
import { parseDocuments } from './json-documents.ts';
import { defined, field, listField, textField, textsOf } from './json-value.ts';

const ROLE_LABEL = 'node-role.kubernetes.io/';
const REMEDY = 'Make one with `kubectl get nodes,pods -A -o json > cluster.json`.';

/**
 * Reads what `kubectl get nodes,pods -A -o json` prints: a List, a NodeList and a PodList, single objects, or
 * several of these one behind the other. Unknown fields are ignored; an item that cannot be used is reported
 * with its place.
 * @throws UsageError for a text that is no such dump
 */
export function readDump(sources: readonly DumpSource[]): Dump {
  const reader = createDumpReader();
  for (const { name, text } of sources) {
    for (const document of documentsOf(name, text)) reader.add(name, document);
  }
  return reader.end();
}

export interface DumpReader {
  /** Takes a List, NodeList, PodList, Node or Pod. @throws UsageError for anything else */
  add(source: string, document: unknown): void;
  /** @throws UsageError when no node was found */
  end(): Dump;
}

/** Reads a dump document by document, so that only what is needed of each stays. */
export function createDumpReader(): DumpReader {
  const sources = new Set<string>();
  const nodes = new Map<string, DumpNode>();
  const pods = new Map<string, DumpPod>();
  const bad: BadItem[] = [];
  const otherKinds = new Map<string, number>();
  let items = 0;

  function addItem(source: string, at: string, listKind: string, item: unknown): void {
    items++;
    // The API leaves the kind out of a NodeList's items; kubectl's List has it in each.
    const kind = textField(item, 'kind') ?? listKind.replace(/List$/, '');
    const place = `${source} ${at}${nameOf(kind, item)}`;
    try {
      if (kind === 'Node') keep(nodes, readNode(item), (node) => node.name);
      else if (kind === 'Pod') keep(pods, readPod(item), (pod) => `${pod.namespace}/${pod.name}`);
      else if (kind === '') throw new BadItemError(`it has no kind: ${excerpt(item)}`);
      else otherKinds.set(kind, (otherKinds.get(kind) ?? 0) + 1);
    } catch (error) {
      if (!(error instanceof BadItemError)) throw error;
      bad.push({ place, problem: error.message });
    }
  }

  return {
    add(source, document) {
      sources.add(source);
      const kind = textField(document, 'kind') ?? '';
      if (kind === 'Node' || kind === 'Pod') return addItem(source, '', kind, document);
      const list = field(document, 'items');
      if (!/^(Node|Pod)?List$/.test(kind) || !(Array.isArray(list) || list === null)) {
        const found = kind === '' ? `JSON without a kind: ${excerpt(document)}` : `a ${shown(kind)}`;
        throw new UsageError(
          `Tried to read ${source} as nodes and pods of a cluster, found ${found}. ${REMEDY}`,
        );
      }
      // Go writes an empty list as null.
      for (const [index, item] of (list ?? []).entries()) {
        addItem(source, `items[${index}]`, kind === 'List' ? '' : kind, item);
      }
    },
    end() {
      if (nodes.size === 0) {
        const found = `${items} items, ${pods.size} of them pods, ${bad.length} unusable`;
        const first = bad[0] === undefined ? '' : ` (first: ${bad[0].place}: ${bad[0].problem})`;
        throw new UsageError(
          `Looked for nodes in ${[...sources].join(', ')}, found none among ${found}${first}. ${REMEDY}`,
        );
      }
      const lists = { nodes: [...nodes.values()], pods: [...pods.values()], bad, otherKinds };
      return { sources: [...sources], items, ...lists };
    },
  };
}

/** What is wrong with one item; becomes a {@link BadItem}. */
class BadItemError extends Error {
  override readonly name = 'BadItemError';
}

function keep<T>(found: Map<string, T>, item: T, keyOf: (item: T) => string): void {
  const key = keyOf(item);
  if (found.has(key)) throw new BadItemError('it is there twice; the first one is used');
  found.set(key, item);
}

function readNode(item: unknown): DumpNode {
  const labels = textsOf(field(item, 'metadata', 'labels'));
  const conditions = listField(item, 'status', 'conditions');
  const ready = textField(
    conditions.find((each) => field(each, 'type') === 'Ready'),
    'status',
  );
  const port = field(item, 'status', 'daemonEndpoints', 'kubeletEndpoint', 'Port');
  return defined({
    name: validName(item, 'name'),
    roles: Object.keys(labels)
      .filter((label) => label.startsWith(ROLE_LABEL))
      .map((label) => label.slice(ROLE_LABEL.length)),
    labels,
    kubeletVersion: textField(item, 'status', 'nodeInfo', 'kubeletVersion'),
    containerRuntimeVersion: textField(item, 'status', 'nodeInfo', 'containerRuntimeVersion'),
    ready: readyStatus(ready),
    addresses: listField(item, 'status', 'addresses').flatMap((each) => {
      const [type, address] = [textField(each, 'type'), textField(each, 'address')];
      return type === undefined || address === undefined ? [] : [{ type, address }];
    }),
    kubeletPort: typeof port === 'number' && Number.isInteger(port) && port > 0 ? port : undefined,
    cpu: textField(item, 'status', 'capacity', 'cpu'),
    memory: textField(item, 'status', 'capacity', 'memory'),
    osImage: textField(item, 'status', 'nodeInfo', 'osImage'),
    kernelVersion: textField(item, 'status', 'nodeInfo', 'kernelVersion'),
  });
}

const readyStatus = (text: string | undefined): ReadyStatus =>
  text === 'True' || text === 'False' || text === 'Unknown' ? text : 'absent';

function readPod(item: unknown): DumpPod {
  const containers = listField(item, 'spec', 'containers').flatMap((each) => {
    const name = textField(each, 'name');
    return name === undefined ? [] : [{ name, image: textField(each, 'image') ?? name }];
  });
  if (containers.length === 0) throw new BadItemError('spec.containers names no container');
  return defined({
    namespace: validName(item, 'namespace'),
    name: validName(item, 'name'),
    uid: textField(item, 'metadata', 'uid'),
    labels: textsOf(field(item, 'metadata', 'labels')),
    nodeName: textField(item, 'spec', 'nodeName'),
    phase: textField(item, 'status', 'phase') ?? 'Unknown',
    hostNetwork: field(item, 'spec', 'hostNetwork') === true,
    podIP: textField(item, 'status', 'podIP'),
    containers,
  });
}

/** A name as kube-apiserver accepts it (apimachinery pkg/util/validation IsDNS1123Subdomain). */
function validName(item: unknown, key: 'name' | 'namespace'): string {
  const name = field(item, 'metadata', key);
  if (name === undefined) throw new BadItemError(`it has no metadata.${key}: ${excerpt(item)}`);
  if (typeof name === 'string' && name.length <= 253 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)) {
    return name;
  }
  throw new BadItemError(`metadata.${key} is ${excerpt(name)}, which no cluster accepts`);
}

function documentsOf(source: string, text: string): unknown[] {
  try {
    return parseDocuments(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const begins = text.trim() === '' ? 'nothing' : JSON.stringify(text.trimStart().slice(0, 40));
    throw new UsageError(
      `Tried to read ${source} as JSON, found a text that begins with ${begins} (${why}). ${REMEDY}`,
    );
  }
}

function nameOf(kind: string, item: unknown): string {
  const name = field(item, 'metadata', 'name');
  const namespace = field(item, 'metadata', 'namespace');
  const parts = [namespace, name].filter((part) => typeof part === 'string').map(shown);
  return [
    `, ${kind === '' ? 'of no kind' : shown(kind)}`,
    ...(parts.length > 0 ? [parts.join('/')] : []),
  ].join(' ');
}

/** A text of others, fit for a terminal. */
const shown = (text: string) => (/^[\w./:+~-]{1,253}$/.test(text) ? text : JSON.stringify(text.slice(0, 80)));

function excerpt(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

import type { ContainerDescription, PodDescription } from '../../machine/description.ts';

/** A pod as the cloud sends it: what is to run, and whether it is to end. */
export interface PodManifest {
  pod: PodDescription;
  /** Of a pod that is being deleted: the seconds that its processes have. */
  graceSeconds?: number;
}

type JsonObject = Readonly<Record<string, unknown>>;

const objectOf = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
const listOf = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.map(objectOf) : []);
const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Until its container is there nothing is used. */
const NOT_STARTED = { shape: 'idle', cpuCores: 0, memoryBytes: 0 } as const;
/** kubernetes v1.19.3 pkg/apis/core/v1/defaults.go: what a pod has that says nothing. */
const GRACE_SECONDS = 30;

/**
 * Reads a core/v1 Pod. What the simulator has no use for is left out: volumes, probes, init containers, variables that
 * are not given by value.
 * @returns undefined for what is no pod
 */
export function readPodManifest(content: unknown): PodManifest | undefined {
  const { metadata, spec } = objectOf(content);
  const { namespace, name, uid, labels, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds } =
    objectOf(metadata);
  if (textOf(name) === '' || textOf(namespace) === '') return undefined;
  const { containers, hostNetwork } = objectOf(spec);
  const pod: PodDescription = {
    namespace: textOf(namespace),
    name: textOf(name),
    uid: textOf(uid),
    labels: textsByKey(labels),
    createdAtMs: Date.parse(textOf(creationTimestamp)) || 0,
    startedAtMs: 0,
    ...(hostNetwork === true && { hostNetwork }),
    ip: '',
    containers: listOf(containers).map(readContainer),
  };
  if (textOf(deletionTimestamp) === '') return { pod };
  const granted = deletionGracePeriodSeconds;
  return { pod, graceSeconds: typeof granted === 'number' ? granted : GRACE_SECONDS };
}

function readContainer(container: JsonObject): ContainerDescription {
  const { name, image, command, args, env, resources, stdin, tty } = container;
  const { requests, limits } = objectOf(resources);
  const amounts = {
    cpuRequestMilli: scaled(objectOf(requests)['cpu'], 1_000),
    cpuLimitMilli: scaled(objectOf(limits)['cpu'], 1_000),
    memoryRequestBytes: scaled(objectOf(requests)['memory'], 1),
    memoryLimitBytes: scaled(objectOf(limits)['memory'], 1),
  };
  const given = Object.entries(amounts).filter(([, amount]) => amount !== undefined);
  const commandLine = [...textsOf(command), ...textsOf(args)];
  return {
    name: textOf(name),
    image: textOf(image),
    ...(commandLine.length > 0 && { command: commandLine }),
    ...Object.fromEntries(given),
    workload: NOT_STARTED,
    env: Object.fromEntries(
      listOf(env).map((variable) => [textOf(variable['name']), textOf(variable['value'])]),
    ),
    ...(stdin === true && { stdin }),
    ...(tty === true && { tty }),
  };
}

function textsByKey(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(objectOf(value)).map(([key, text]) => [key, textOf(text)]));
}

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A quantity in units of a part of its own, rounded up as apimachinery does; undefined for what is none. */
function scaled(quantity: unknown, parts: number): number | undefined {
  const [, digits = '', suffix = ''] = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(String(quantity)) ?? [];
  const factor = FACTORS[suffix];
  return digits === '' || factor === undefined ? undefined : Math.ceil(Number(digits) * factor * parts);
}

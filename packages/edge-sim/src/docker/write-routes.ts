import type { GoResponse } from '../go-http/response.ts';
import type { ContainerRecord } from '../machine/container-record.ts';
import type { DataRoot } from '../machine/data-root.ts';
import { withTag } from '../machine/data-root.ts';
import type { Machine } from '../machine/machine.ts';
import { findImage } from './bodies/images.ts';
import { findContainer } from './container-lookup.ts';
import { boolValue, type EngineRequest, type EngineRoute, HandlerError } from './route.ts';

/** What a kubelet's client sends to create a container; what it may leave out has no effect here. */
interface CreateBody {
  readonly Image?: string;
  readonly Entrypoint?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
  readonly Env?: readonly string[] | null;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly OpenStdin?: boolean;
  readonly Tty?: boolean;
  readonly HostConfig?: {
    readonly NetworkMode?: string;
    readonly CgroupParent?: string;
    readonly CpuShares?: number;
    readonly CpuQuota?: number;
    readonly Memory?: number;
  };
}

/** The requests that change containers and images, as dockershim makes them. */
export const writeRoutes: readonly EngineRoute[] = [
  { methods: ['POST'], pattern: /^\/images\/create$/, handle: pullImage },
  { methods: ['POST'], pattern: /^\/containers\/create$/, handle: createContainer },
  { methods: ['POST'], pattern: /^\/containers\/(.*)\/start$/s, handle: startContainer },
  { methods: ['POST'], pattern: /^\/containers\/(.*)\/stop$/s, handle: stopContainer },
  { methods: ['DELETE'], pattern: /^\/containers\/(.*)$/s, handle: removeContainer },
];

const answer = (status: number): GoResponse => ({ status, headers: {}, body: '' });

/** Every machine whose engine is simulated has one; a real engine is never asked through these routes. */
function rootOf(machine: Machine): DataRoot {
  if (machine.dataRoot === undefined) throw new HandlerError(500, 'the data root is read-only');
  return machine.dataRoot;
}

// docker/docker-ce components/engine/api/server/router/image/image_routes.go postImagesCreate @v18.09.9: a stream of
// progress, and 200 before anything is known.
function pullImage({ machine, query }: EngineRequest): GoResponse {
  const tag = query.get('tag') ?? '';
  const name = query.get('fromImage') ?? '';
  const image = withTag(tag === '' ? name : `${name}${tag.includes(':') ? '@' : ':'}${tag}`);
  rootOf(machine).pull(image);
  const lines = [
    { status: `Pulling from ${name}`, id: tag },
    { status: `Status: Downloaded newer image for ${image}` },
  ];
  const body = lines.map((line) => `${JSON.stringify(line)}\r\n`).join('');
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body };
}

// components/engine/daemon/create.go, container.go, names.go @v18.09.9.
function createContainer({ machine, profile, query, body }: EngineRequest): GoResponse {
  const wanted = parseBody(body);
  const { HostConfig: host = {}, Image: image = '' } = wanted;
  const name = query.get('name') ?? '';
  const holder = [...machine.containers.values()].find((record) => record.name === name);
  if (holder !== undefined)
    throw new HandlerError(
      409,
      `Conflict. The container name "/${name}" is already in use by container "${holder.id}". ` +
        'You have to remove (or rename) that container to be able to reuse that name.',
    );
  const { id: imageId } = findImage(profile, machine, image);
  const mode = host.NetworkMode ?? 'default';
  const record = rootOf(machine).create({
    name,
    image,
    imageId,
    command: [...(wanted.Entrypoint ?? []), ...(wanted.Cmd ?? [])],
    labels: wanted.Labels ?? {},
    env: Object.fromEntries((wanted.Env ?? []).map(splitVariable)),
    cgroupParent: host.CgroupParent ?? '/docker',
    sandboxId: mode.startsWith('container:') ? mode.slice('container:'.length) : undefined,
    hostNetwork: mode === 'host',
    cpuShares: host.CpuShares ?? 0,
    cpuQuotaUs: host.CpuQuota ?? 0,
    memoryLimitBytes: host.Memory ?? 0,
    stdin: wanted.OpenStdin ?? false,
    tty: wanted.Tty ?? false,
  });
  const text = `${JSON.stringify({ Id: record.id, Warnings: [] })}\n`;
  return { status: 201, headers: { 'Content-Type': 'application/json' }, body: text };
}

function startContainer({ machine, name }: EngineRequest): GoResponse {
  const record = findContainer(machine, name);
  if (record.running) return answer(304);
  rootOf(machine).start(record);
  return answer(204);
}

// The time that a client grants is not used up: every simulated process ends at SIGTERM.
function stopContainer({ machine, name }: EngineRequest): GoResponse {
  const record = findContainer(machine, name);
  if (!record.running) return answer(304);
  rootOf(machine).stop(record);
  return answer(204);
}

function removeContainer({ machine, query, name }: EngineRequest): GoResponse {
  const record = findContainer(machine, name);
  if (record.running && !boolValue(query, 'force')) throw new HandlerError(409, removeRefusal(record));
  rootOf(machine).remove(record);
  return answer(204);
}

// components/engine/daemon/delete.go cleanupContainer @v18.09.9.
const removeRefusal = ({ id }: ContainerRecord) =>
  `You cannot remove a running container ${id}. Stop the container before attempting removal or force remove`;

function parseBody(text: string): CreateBody {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) return body as CreateBody;
  } catch {
    // Said below.
  }
  throw new HandlerError(400, 'invalid JSON');
}

function splitVariable(text: string): [string, string] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}

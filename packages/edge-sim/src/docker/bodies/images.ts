import type { ContainerRecord } from '../../machine/container-record.ts';
import { withTag } from '../../machine/data-root.ts';
import type { Machine } from '../../machine/machine.ts';
import { compareApiVersions } from '../api-version.ts';
import { imageNameOf } from '../container-lookup.ts';
import type { EngineProfile } from '../engine-profile.ts';
import { HandlerError, pickFields } from '../route.ts';
import { containerConfig } from './container-config.ts';
import { rfc3339Nano } from './go-time.ts';
import { graphDriver } from './graph-driver.ts';

/** An image of the data root: those its containers were made of, and those that were pulled. */
export interface ImageRecord {
  /** `sha256:<64 digits>`. */
  readonly id: string;
  /** With a tag; undefined when only the id is known. */
  readonly tag: string | undefined;
  readonly createdAtMs: number;
  readonly sizeBytes: number;
  readonly command: readonly string[];
}

/** API version from which an image's VirtualSize is gone (moby/moby api/server/router/image @v25.0.0). */
const NO_VIRTUAL_SIZE_FROM = '1.44';
const IMAGE_AGE_MS = 30 * 86_400_000;

/** The machine's images, oldest container first. */
export function imagesOf(machine: Machine): ImageRecord[] {
  const byId = new Map<string, ImageRecord>();
  for (const record of machine.containers.values()) {
    if (!byId.has(record.imageId)) byId.set(record.imageId, imageOf(machine, record));
  }
  for (const [id, tag] of machine.dataRoot?.images ?? []) {
    if (!byId.has(id)) byId.set(id, { id, tag, createdAtMs: 0, sizeBytes: sizeOf(id), command: [] });
  }
  return [...byId.values()];
}

/** The entries of GET /images/json. */
export function imageSummary(profile: EngineProfile, image: ImageRecord, apiVersion: string) {
  return pickFields(profile.fields.imageSummary, {
    Containers: -1,
    Created: Math.floor(image.createdAtMs / 1_000),
    Id: image.id,
    ParentId: '',
    RepoTags: image.tag === undefined ? [] : [image.tag],
    RepoDigests: [],
    SharedSize: -1,
    Size: image.sizeBytes,
    VirtualSize: compareApiVersions(apiVersion, NO_VIRTUAL_SIZE_FROM) < 0 ? image.sizeBytes : 0,
  });
}

/** The body of GET /images/{name}/json. */
export function imageInspect(profile: EngineProfile, image: ImageRecord, apiVersion: string) {
  const config = containerConfig({ command: image.command });
  return pickFields(profile.fields.imageInspect, {
    Id: image.id,
    RepoTags: image.tag === undefined ? [] : [image.tag],
    RepoDigests: [],
    Parent: '',
    Comment: '',
    Created: rfc3339Nano(image.createdAtMs),
    Container: '',
    ContainerConfig: config,
    DockerVersion: profile.version,
    Author: '',
    Config: config,
    Architecture: profile.arch,
    Os: profile.os,
    Size: image.sizeBytes,
    VirtualSize: compareApiVersions(apiVersion, NO_VIRTUAL_SIZE_FROM) < 0 ? image.sizeBytes : 0,
    GraphDriver: graphDriver(profile, image.id.slice('sha256:'.length), false),
    RootFS: { Type: 'layers', Layers: [image.id] },
    Metadata: { LastTagTime: rfc3339Nano(image.createdAtMs) },
  });
}

/**
 * The image of an id, the beginning of one, or a name with or without its tag.
 * @throws HandlerError 404 in the engine's words
 */
export function findImage(profile: EngineProfile, machine: Machine, name: string): ImageRecord {
  const tagged = withTag(name);
  const digits = name.replace(/^sha256:/, '');
  const found = imagesOf(machine).find(
    ({ id, tag }) => tag === tagged || (/^[0-9a-f]+$/.test(digits) && id.startsWith(`sha256:${digits}`)),
  );
  if (found !== undefined) return found;
  const text = profile.noSuchImage.replaceAll('{name}', name).replaceAll('{image}', tagged);
  throw new HandlerError(404, text);
}

function imageOf(machine: Machine, record: ContainerRecord): ImageRecord {
  const name = imageNameOf(machine, record);
  return {
    id: record.imageId,
    tag: name === undefined ? undefined : withTag(name),
    createdAtMs: record.createdAtMs - IMAGE_AGE_MS,
    sizeBytes: sizeOf(record.imageId),
    command: record.command,
  };
}

/** Nobody has said one; the id's digits give each image one of its own, between 1 and 256 MB. */
const sizeOf = (id: string) => (Number.parseInt(id.slice(-2), 16) + 1) * 1_000_000;

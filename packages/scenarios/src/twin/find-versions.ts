import {
  EdgeError,
  type EngineProfile,
  edgecoreRelease,
  edgecoreTags,
  engineProfile,
} from '@kubeedge-sim/edge-sim';
import type { Text } from '../text.ts';
import type { Note } from './note.ts';

/** The edgecore release a node runs, or why it cannot be told. */
export type FoundRelease = { tag: string; notes: Note[] } | { unknown: Text };

/**
 * The release behind a node's kubeletVersion, `<kubernetes>-kubeedge-<release><suffix>`: forks add
 * `-kubesphere`, builds `-beta.0+<commit>`. A release that is not known gets the nearest that is, and a note
 * says so. Builds without a
 * version stamped in say v0.0.0-master, as Kubernetes' do (k8s.io/component-base version/base.go), and cannot
 * be told.
 */
export function findRelease(kubeletVersion: string): FoundRelease {
  const match = /^(.*?)-kubeedge-v?(\d+\.\d+\.\d+)(.*)$/.exec(kubeletVersion);
  const reported = JSON.stringify(kubeletVersion);
  if (match === null) {
    return {
      unknown: {
        en: `kubeletVersion ${reported} names no KubeEdge release (expected …-kubeedge-vX.Y.Z)`,
        zh: `kubeletVersion ${reported} 中没有 KubeEdge 版本（应为 …-kubeedge-vX.Y.Z）`,
      },
    };
  }
  const [, kubernetes = '', version = '', suffix = ''] = match;
  if (version === '0.0.0') {
    return {
      unknown: {
        en: `kubeletVersion ${reported} is a build from no release tag`,
        zh: `kubeletVersion ${reported} 不是由发布标签构建的`,
      },
    };
  }
  const wanted = `v${version}`;
  const tag = edgecoreTags().includes(wanted) ? wanted : nearestTag(wanted, edgecoreTags());
  const notes: Note[] = [];
  if (tag !== wanted) {
    notes.push({
      id: 'nearest-release',
      text: { en: `${wanted} is not known; played as ${tag}`, zh: `未知版本 ${wanted}，按 ${tag} 推演` },
    });
  }
  const own = edgecoreRelease(tag).kubeletVersion.split('-kubeedge-')[0];
  if (suffix !== '' || (tag === wanted && kubernetes !== own)) {
    notes.push({
      id: 'not-an-official-build',
      text: {
        en: `${reported} is not how the official build names itself; played as the official ${tag}`,
        zh: `${reported} 不是官方构建的写法，按官方 ${tag} 推演`,
      },
    });
  }
  return { tag, notes };
}

/** The engine a node runs, or why it cannot be told. */
export type FoundEngine = { profile: EngineProfile; notes: Note[] } | { unknown: Text };

/**
 * The engine behind a containerRuntimeVersion, e.g. `docker://18.9.1`, which is dockershim's spelling of
 * 18.09.1.
 */
export function findEngine(containerRuntimeVersion: string): FoundEngine {
  const reported = JSON.stringify(containerRuntimeVersion);
  // A distribution's suffix is kept and printed, so it must be printable.
  if (!/^[\w.:/+~-]{1,100}$/.test(containerRuntimeVersion)) {
    return {
      unknown: { en: `its Docker ${reported} is not known`, zh: `未知的 Docker 版本 ${reported}` },
    };
  }
  try {
    const profile = engineProfile(containerRuntimeVersion);
    if (profile.standsInFor === undefined) return { profile, notes: [] };
    const text = {
      en: `${reported}: this patch is not known; played as ${profile.version} of its line ${profile.line}`,
      zh: `${reported}：未知的补丁版本，按同一系列 ${profile.line} 的 ${profile.version} 推演`,
    };
    return { profile, notes: [{ id: 'nearest-engine', text }] };
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error;
    return {
      unknown: {
        en: `its Docker ${reported} is not known: ${error.message}`,
        zh: `未知的 Docker 版本 ${reported}：${error.message}`,
      },
    };
  }
}

/** The nearest of some tags by number, which is one of the same minor where there is one. */
export function nearestTag(wanted: string, tags: readonly string[]): string {
  const away = (tag: string) => Math.abs(numberOf(tag) - numberOf(wanted));
  return [...tags].sort((a, b) => away(a) - away(b))[0] as string;
}

function numberOf(tag: string): number {
  const [major = 0, minor = 0, patch = 0] = tag
    .replace(/^v/, '')
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  return major * 1e6 + minor * 1e3 + patch;
}

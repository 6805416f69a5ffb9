import { flagTraits } from './flags.data.ts';
import { v04, v030, v031, v032, v033, v034, v035, v036 } from './releases-instant.data.ts';
import { v050, v051, v060, v062, v070, v071, v080, v090 } from './releases-rate.data.ts';
import type { MetricsServerTag } from './tags.ts';
import type { MetricsServerVersion } from './version.ts';

const releases: Readonly<Record<MetricsServerTag, Omit<MetricsServerVersion, 'tag' | 'flags'>>> = {
  'v0.3.0': v030,
  'v0.3.1': v031,
  'v0.3.2': v032,
  'v0.3.3': v033,
  'v0.3.4': v034,
  'v0.3.5': v035,
  'v0.3.6': v036,
  'v0.3.7': v036,
  'v0.4.0': v04,
  'v0.4.1': v04,
  'v0.4.2': v04,
  'v0.4.3': v04,
  'v0.4.4': v04,
  'v0.4.5': v04,
  'v0.5.0': v050,
  'v0.5.1': v051,
  'v0.5.2': v051,
  'v0.6.0': v060,
  'v0.6.1': v060,
  'v0.6.2': v062,
  'v0.6.3': v062,
  'v0.6.4': v062,
  'v0.7.0': v070,
  'v0.7.1': v071,
  'v0.7.2': v071,
  'v0.8.0': v080,
  'v0.8.1': v080,
  'v0.9.0': v090,
};

export const metricsServerVersions = Object.fromEntries(
  Object.entries(releases).map(([tag, release]) => [
    tag,
    { tag, flags: flagTraits[tag as MetricsServerTag], ...release },
  ]),
) as Readonly<Record<MetricsServerTag, MetricsServerVersion>>;

import type { Claim } from '../../scenario.ts';
import { configurationCauses } from './configuration.ts';
import { engineRefusesCadvisor } from './docker.ts';
import { releaseCauses } from './releases.ts';

/** Every cause that is known: each scenario looks for all of them, whatever it was made for. */
export const causes: readonly Claim[] = [engineRefusesCadvisor, ...releaseCauses, ...configurationCauses];

/** Every cause but one, for a scenario that tells that one in its own place. */
export const otherCauses = (own: Claim): readonly Claim[] => causes.filter((claim) => claim !== own);

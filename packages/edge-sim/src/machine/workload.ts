/**
 * How much CPU a container asks for over time. `cpuCores` is its level, `memoryBytes` its anonymous memory.
 */
export interface Workload {
  shape: 'steady' | 'ramp' | 'burst' | 'idle';
  cpuCores: number;
  memoryBytes: number;
}

const WOBBLE_PERIOD_S = 97;
const RAMP_PERIOD_S = 1_800;
const BURST_PERIOD_S = 60;
const BURST_LENGTH_S = 10;
const IDLE_CORES = 0.0005;

/**
 * Core-seconds used `elapsedS` seconds after the start: a closed form, so that a counter read at any time is
 * the same however often it was read before. Never decreases. `phase` in [0, 1) tells equal workloads apart.
 */
export function coreSecondsUsed(workload: Workload, elapsedS: number, phase: number): number {
  const elapsed = Math.max(0, elapsedS);
  const { cpuCores } = workload;
  switch (workload.shape) {
    case 'idle':
      return IDLE_CORES * elapsed;
    case 'steady': {
      // The rate is cpuCores · (1 + 0.1·cos), so its integral keeps rising.
      const turn = (2 * Math.PI) / WOBBLE_PERIOD_S;
      const angle = 2 * Math.PI * phase;
      return cpuCores * (elapsed + (0.1 / turn) * (Math.sin(turn * elapsed + angle) - Math.sin(angle)));
    }
    case 'ramp': {
      const offset = phase * RAMP_PERIOD_S;
      return cpuCores * (rampIntegral(elapsed + offset) - rampIntegral(offset));
    }
    case 'burst': {
      const offset = phase * BURST_PERIOD_S;
      const burst = cpuCores * (burstIntegral(elapsed + offset) - burstIntegral(offset));
      return burst + IDLE_CORES * elapsed;
    }
  }
}

/** Anonymous memory in bytes at that moment: a ramp fills up, a burst doubles, the others stay. */
export function memoryBytesUsed(workload: Workload, elapsedS: number, phase: number): number {
  const { memoryBytes } = workload;
  switch (workload.shape) {
    case 'idle':
    case 'steady':
      return memoryBytes;
    case 'ramp': {
      const part = ((elapsedS + phase * RAMP_PERIOD_S) % RAMP_PERIOD_S) / RAMP_PERIOD_S;
      return Math.round(memoryBytes * (0.25 + 0.75 * part));
    }
    case 'burst': {
      const at = (elapsedS + phase * BURST_PERIOD_S) % BURST_PERIOD_S;
      return at < BURST_LENGTH_S ? memoryBytes : Math.round(memoryBytes / 2);
    }
  }
}

function rampIntegral(seconds: number): number {
  const turns = Math.floor(seconds / RAMP_PERIOD_S);
  const rest = seconds - turns * RAMP_PERIOD_S;
  const part = (upTo: number) => 0.1 * upTo + (0.9 * upTo * upTo) / (2 * RAMP_PERIOD_S);
  return turns * part(RAMP_PERIOD_S) + part(rest);
}

function burstIntegral(seconds: number): number {
  const turns = Math.floor(seconds / BURST_PERIOD_S);
  return turns * BURST_LENGTH_S + Math.min(BURST_LENGTH_S, seconds - turns * BURST_PERIOD_S);
}

import { goJsonSyntaxError } from '@kubeedge-sim/wire';
import type { InstantWords, Problem } from './decode-instant-summary.ts';
import type { LogLine } from './klog.ts';

/** What encoding/json says of a text that is no JSON. */
export function summarySyntaxError(text: string): string {
  return goJsonSyntaxError(Buffer.from(text)) ?? 'unexpected end of JSON input';
}

const partNames = { time: 'timestamp', cpu: 'CPU', memory: 'memory' };

/**
 * Up to 0.3 everything that is wrong with a node's answer becomes one error.
 * kubernetes-sigs/metrics-server v0.3.0, v0.3.7 pkg/sources/summary/summary.go.
 */
export function partsOfOneError(style: 'plain' | 'names-consequence'): InstantWords {
  const consequence = style === 'plain' ? '' : ', discarding data';
  return {
    reasons: {
      time: 'no non-zero timestamp on either CPU or memory',
      cpu: 'missing cpu usage metric',
      memory: 'missing memory usage metric',
    },
    node({ part, reason }, _name, { address }) {
      const error =
        part === 'time'
          ? `unable to get valid timestamp for metric point for node "${address}", discarding data: ${reason}`
          : `unable to get ${partNames[part]} for node "${address}"${consequence}: ${reason}`;
      return { error };
    },
    container({ part, reason }, { name, pod }, { address }) {
      const where = `container "${name}" in pod ${pod} on node "${address}"`;
      if (part === 'time') {
        return {
          error: `unable to get a valid timestamp for metric point for ${where}, discarding data: ${reason}`,
        };
      }
      // The memory's sentence has its end in another place than the CPU's.
      const rest = part === 'cpu' ? `${consequence}: ${reason}` : `: ${reason}${consequence}`;
      return { error: `unable to get ${partNames[part]} for ${where}${rest}` };
    },
  };
}

interface Sources04 {
  nodeTime: string;
  nodeCpu: string;
  nodeMemory: string;
  containerTime: string;
  containerCpu: string;
  containerMemory: string;
}

/** In 0.4 it is lines of the log. kubernetes-sigs/metrics-server v0.4.2 pkg/scraper/decode.go. */
export function instantWords04(sources: Sources04): InstantWords {
  const line = (source: string, message: string): { log: LogLine } => ({
    log: { message, source, verbosity: 1, severity: 'I' },
  });
  const what = ({ part }: Problem) => (part === 'cpu' ? 'CPU' : 'Memory');
  return {
    reasons: {
      time: 'no non-zero timestamp on either CPU or memory',
      cpu: 'missing usageNanoCores value',
      memory: 'missing workingSetBytes value',
    },
    node(problem, name) {
      const { part, reason } = problem;
      if (part === 'time') return line(sources.nodeTime, `Skip metric for node "${name}", error: ${reason}`);
      const source = part === 'cpu' ? sources.nodeCpu : sources.nodeMemory;
      return line(source, `Skip ${what(problem)} metric for node "${name}", error ${reason}`);
    },
    container(problem, { name, pod }) {
      const { part, reason } = problem;
      const where = `"${name}" in pod ${pod}, error: ${reason}`;
      if (part === 'time') return line(sources.containerTime, `Skip container ${where}`);
      const source = part === 'cpu' ? sources.containerCpu : sources.containerMemory;
      return line(source, `Skip ${what(problem)} metric for container ${where}`);
    },
  };
}

import type { Machine } from '../../machine/machine.ts';
import type { Family } from './prometheus-text.ts';

/**
 * The machine's own families. Their time is when cAdvisor read the machine, at its start.
 * Source: kubeedge v1.6.2 vendor/github.com/google/cadvisor/metrics/prometheus_machine.go.
 */
export function machineFamilies(machine: Machine, readAtMs: number): Family[] {
  const base = { boot_id: machine.bootId, machine_id: machine.machineId, system_uuid: machine.machineId };
  const family = (
    name: string,
    help: string,
    ...values: readonly [value: number, labels?: Readonly<Record<string, string>>][]
  ): Family => ({
    name: `machine_${name}`,
    help,
    type: 'gauge',
    samples: values.map(([value, labels]) => ({
      labels: { ...base, ...labels },
      value,
      timestampMs: readAtMs,
    })),
  });
  const { cores, memoryBytes } = machine.description;
  return [
    family('cpu_cores', 'Number of logical CPU cores.', [cores]),
    family('cpu_physical_cores', 'Number of physical CPU cores.', [cores]),
    family('cpu_sockets', 'Number of CPU sockets.', [1]),
    family('memory_bytes', 'Amount of memory installed on the machine.', [memoryBytes]),
    family('nvm_avg_power_budget_watts', 'NVM power budget.', [0]),
    family(
      'nvm_capacity',
      'NVM capacity value labeled by NVM mode (memory mode or app direct mode).',
      [0, { mode: 'app_direct_mode' }],
      [0, { mode: 'memory_mode' }],
    ),
    {
      name: 'machine_scrape_error',
      help: '1 if there was an error while getting machine metrics, 0 otherwise.',
      type: 'gauge',
      samples: [{ labels: {}, value: 0 }],
    },
  ];
}

import type { EdgedContext } from './context.ts';
import { nodeFilesystems } from './filesystems.ts';
import { formatJson, formatTime } from './go-format.ts';

/** Kilobytes per huge page, none reserved. */
const HUGE_PAGES = [1_048_576, 2_048].map((sizeKb) => ({ page_size: sizeKb, num_pages: 0 }));
const CPU_KHZ = 2_600_000;

const cache = (size: number, type: 'Data' | 'Instruction' | 'Unified', level: number) => ({
  size,
  type,
  level,
});

/**
 * The body of /spec/: cAdvisor's view of the machine, read when edgecore started. One blank per level, no
 * final newline.
 * Source: google/cadvisor v0.37.0 info/v1/machine.go MachineInfo.
 */
export function machineSpecText(context: EdgedContext): string {
  const { machine, startedAtMs, world } = context;
  const { cores, disk, memoryBytes, networkInterface } = machine.description;
  const mac = world.ids.hex(`mac/${machine.host.name}`, 10).replace(/../g, (byte) => `:${byte}`);
  return formatJson(
    {
      timestamp: formatTime(startedAtMs),
      num_cores: cores,
      num_physical_cores: cores,
      num_sockets: 1,
      cpu_frequency_khz: CPU_KHZ,
      memory_capacity: memoryBytes,
      memory_by_type: {},
      nvm: { memory_mode_capacity: 0, 'app direct_mode_capacity': 0, avg_power_budget: 0 },
      hugepages: HUGE_PAGES,
      machine_id: machine.machineId,
      system_uuid: machine.machineId,
      boot_id: machine.bootId,
      filesystems: nodeFilesystems(machine, startedAtMs).map(({ device, capacityBytes, inodes }) => ({
        device,
        capacity: capacityBytes,
        type: 'vfs',
        inodes,
        has_inodes: true,
      })),
      disk_map: {
        '254:0': {
          name: disk.device.replace('/dev/', ''),
          major: 254,
          minor: 0,
          size: disk.capacityBytes,
          scheduler: 'mq-deadline',
        },
      },
      network_devices: [{ name: networkInterface, mac_address: `02${mac}`, speed: -1, mtu: 1_500 }],
      topology: [topology(cores, memoryBytes)],
      cloud_provider: 'Unknown',
      instance_type: 'Unknown',
      instance_id: 'None',
    },
    1,
  );
}

/** One socket, one thread per core, caches of a common server CPU. Sizes in bytes. */
function topology(cores: number, memoryBytes: number): object {
  return {
    node_id: 0,
    memory: memoryBytes,
    hugepages: HUGE_PAGES,
    cores: Array.from({ length: cores }, (_, core) => ({
      core_id: core,
      thread_ids: [core],
      caches: [cache(49_152, 'Data', 1), cache(32_768, 'Instruction', 1), cache(1_048_576, 'Unified', 2)],
      socket_id: 0,
    })),
    caches: [cache(33_554_432, 'Unified', 3)],
  };
}

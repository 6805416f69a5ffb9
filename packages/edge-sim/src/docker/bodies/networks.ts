import type { World } from '@kubeedge-sim/sim-kit';
import type { ContainerRecord } from '../../machine/container-record.ts';

const BRIDGE_PREFIX_BITS = 16;

/** The networks a container has itself: its bridge or the host's; none when it uses its sandbox's. */
export function networksOf(world: World, hostName: string, record: ContainerRecord): Record<string, unknown> {
  if (record.sandboxId !== undefined || !record.running) return {};
  const name = record.hostNetwork ? 'host' : 'bridge';
  return {
    [name]: {
      IPAMConfig: null,
      Links: null,
      Aliases: null,
      NetworkID: world.ids.hex(`docker-network/${hostName}/${name}`, 64),
      EndpointID: world.ids.hex(`docker-endpoint/${record.id}`, 64),
      ...addresses(record),
      DriverOpts: null,
    },
  };
}

/** The NetworkSettings object of an inspect answer. Source: api/types/types.go NetworkSettings. */
export function networkSettings(
  world: World,
  hostName: string,
  record: ContainerRecord,
): Record<string, unknown> {
  const own = record.sandboxId === undefined && record.running;
  const sandbox = own ? world.ids.hex(`docker-netns/${record.id}`, 64) : '';
  return {
    Bridge: '',
    SandboxID: sandbox,
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    Ports: {},
    SandboxKey: own ? `/var/run/docker/netns/${record.hostNetwork ? 'default' : sandbox.slice(0, 12)}` : '',
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: own && !record.hostNetwork ? world.ids.hex(`docker-endpoint/${record.id}`, 64) : '',
    ...addresses(record),
    Networks: networksOf(world, hostName, record),
  };
}

function addresses(record: ContainerRecord) {
  const bridged = record.sandboxId === undefined && !record.hostNetwork && record.running;
  const octets = record.ip.split('.').map(Number);
  return {
    Gateway: bridged ? [...octets.slice(0, 2), 0, 1].join('.') : '',
    IPAddress: bridged ? record.ip : '',
    IPPrefixLen: bridged ? BRIDGE_PREFIX_BITS : 0,
    IPv6Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    // The bridge driver derives the hardware address from the IPv4 one (libnetwork
    // netutils.GenerateMACFromIP).
    MacAddress: bridged ? ['02', '42', ...octets.map((o) => o.toString(16).padStart(2, '0'))].join(':') : '',
  };
}

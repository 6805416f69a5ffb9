import { wrongUsage } from './iptables-error.ts';
import {
  type AddressType,
  addressTypes,
  type Network,
  type Ports,
  parseAddress,
  prefixMask,
  protocolNumbers,
  type Translation,
} from './rule.ts';
import { entryOf } from './words.ts';

// The values of iptables' options, with the words it refuses them in (iptables 1.8.9). All throw IptablesError.

/** `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `10.0.0.1`, and several of them with commas. Names are not looked up. */
export function readNetworks(text: string): Network[] {
  return text.split(',').map((one) => {
    const [host = '', given] = one.split('/');
    const mask = given === undefined ? prefixMask(32) : readMask(given);
    const address = parseAddress(host);
    if (address === undefined) throw wrongUsage(`host/network \`${host}' not found`);
    return { address: (address & mask) >>> 0, mask };
  });
}

function readMask(text: string): number {
  if (/^\d{1,2}$/.test(text) && Number(text) <= 32) return prefixMask(Number(text));
  const mask = parseAddress(text);
  if (mask === undefined) throw wrongUsage(`invalid mask \`${text}' specified`);
  return mask;
}

/** A number or a name; 0 and `all` are all of them. */
export function readProtocol(text: string): number {
  const name = text.toLowerCase();
  const number = name === 'all' ? 0 : /^\d{1,3}$/.test(name) ? Number(name) : entryOf(protocolNumbers, name);
  if (number === undefined || number > 255) throw wrongUsage(`unknown protocol "${name}" specified`);
  return number;
}

/** Of the names in /etc/services those that one meets here. */
const services: Readonly<Record<string, number>> = { ssh: 22, domain: 53, http: 80, https: 443 };

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : entryOf(services, text);
  if (port === undefined || port > 65_535) throw wrongUsage(`invalid port/service \`${text}' specified`);
  return port;
}

/** `80`, `80:90`, `80:`, `:90`. */
export function readPortRange(text: string): Ports {
  const [low = '', high] = text.split(':');
  const first = high !== undefined && low === '' ? 0 : readPort(low);
  const last = high === undefined ? first : high === '' ? 65_535 : readPort(high);
  if (first > last) throw wrongUsage('invalid portrange (min > max)');
  return { first, last };
}

/** Up to 15 ports; a range counts as two. */
export function readPortList(text: string): Ports[] {
  const all = text.split(',').map(readPortRange);
  const count = all.reduce((sum, { first, last }) => sum + (first === last ? 1 : 2), 0);
  if (count > 15) throw wrongUsage('too many ports specified');
  return all;
}

/** `8080` or `8080-8090`, of a target. */
export function readTargetPorts(text: string): Ports {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  const [first, last] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
  if (match === null || first < 1 || last > 65_535) throw wrongUsage(`Port \`${text}' not valid`);
  if (first > last) throw wrongUsage(`Port range \`${text}' funky`);
  return { first, last };
}

/** `1.2.3.4`, `1.2.3.4-1.2.3.9`, `1.2.3.4:80`, `1.2.3.4:80-90`, `:80`. */
export function readTranslation(text: string): Translation {
  const [addresses = '', ports] = text.split(':');
  const [first = '', last] = addresses.split('-');
  for (const address of [first, last]) {
    if (address && parseAddress(address) === undefined) throw wrongUsage(`Bad IP address "${address}"`);
  }
  if (first === '' && ports === undefined) throw wrongUsage(`Bad IP address "${text}"`);
  return {
    ...(first !== '' && { first }),
    ...(last !== undefined && last !== first && { last }),
    ...(ports !== undefined && { ports: readTargetPorts(ports) }),
  };
}

/** In iptables' own order, whatever was given. */
export function readAddressTypes(text: string): AddressType[] {
  const given = text.split(',');
  for (const type of given) {
    if (!addressTypes.includes(type as AddressType)) throw wrongUsage(`addrtype: bad type "${type}"`);
  }
  return addressTypes.filter((type) => given.includes(type));
}

/** `0x4000/0x4000` or `1`. */
export function readMark(text: string): { value: number; mask: number } {
  const match = /^(0x[\da-f]+|\d+)(?:\/(0x[\da-f]+|\d+))?$/i.exec(text);
  const [value, mask] = [Number(match?.[1]), Number(match?.[2] ?? 0xffff_ffff)];
  if (match === null || value > 0xffff_ffff || mask > 0xffff_ffff)
    throw wrongUsage(`mark: bad mark value for option "--mark", or out of range.`);
  return { value, mask };
}

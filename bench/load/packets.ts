/** A TCP segment with data, as it passed the loopback interface. */
export interface Segment {
  /** Microseconds of the kernel's clock. */
  readonly time: number;
  readonly from: number;
  readonly to: number;
  /** The first octets of the data, as characters. */
  readonly head: string;
}

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** The magic number of captures with nanoseconds, written by a little-endian machine (draft-ietf-opsawg-pcap). */
const MAGIC = 0xa1b23c4d;
const ETHERNET = 1;
const ETHERNET_HEADER = 14;
const IPV4 = 0x0800;
const TCP = 6;
/** Number of bytes of a segment that suffice for the status line or the request line. */
const STATUS_LINE_BYTES = 64;

/**
 * The segments of a capture file in the order of time. Throws if the file is not of `tcpdump -i lo`.
 */
export function* segments(file: Buffer): Generator<Segment, void> {
  if (file.length < FILE_HEADER || file.readUInt32LE(0) !== MAGIC || file.readUInt32LE(20) !== ETHERNET)
    throw new Error('expected a capture of an Ethernet interface with nanoseconds');
  for (let at = FILE_HEADER; at + RECORD_HEADER <= file.length; ) {
    const packet = at + RECORD_HEADER;
    const end = packet + file.readUInt32LE(at + 8);
    if (end > file.length) return;
    const segment = segmentIn(file.subarray(packet, end), timeAt(file, at));
    if (segment !== undefined) yield segment;
    at = end;
  }
}

function timeAt(file: Buffer, record: number): number {
  return file.readUInt32LE(record) * 1e6 + file.readUInt32LE(record + 4) / 1e3;
}

function segmentIn(packet: Buffer, time: number): Segment | undefined {
  const ip = packet.subarray(ETHERNET_HEADER);
  if (packet.readUInt16BE(12) !== IPV4 || ip.readUInt8(9) !== TCP) return undefined;
  const tcp = ip.subarray((ip.readUInt8(0) & 0x0f) * 4, ip.readUInt16BE(2));
  const data = tcp.subarray((tcp.readUInt8(12) >> 4) * 4);
  if (data.length === 0) return undefined;
  const head = data.toString('latin1', 0, STATUS_LINE_BYTES);
  return { time, from: tcp.readUInt16BE(0), to: tcp.readUInt16BE(2), head };
}

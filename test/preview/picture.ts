import { inflateSync } from 'node:zlib';

/** What a picture looks like, as far as a test can say. */
export interface Look {
  /** Of all pixels, from 0 (black) to 1 (white). */
  readonly brightness: number;
  readonly colors: number;
}

/** Reads a PNG of 8 bits for each of three or four channels, as browsers write it. */
export function look(png: Buffer): Look {
  const [width, height, channels] = [png.readUInt32BE(16), png.readUInt32BE(20), png[25] === 6 ? 4 : 3];
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  const raw = inflateSync(Buffer.concat(data));
  const stride = width * channels;
  let before: Uint8Array = new Uint8Array(stride);
  let sum = 0;
  const colors = new Set<number>();
  for (let y = 0; y < height; y++) {
    const from = y * (stride + 1);
    const line = unfiltered(raw[from] ?? 0, raw.subarray(from + 1, from + 1 + stride), before, channels);
    for (let x = 0; x < stride; x += channels) {
      const [r = 0, g = 0, b = 0] = [line[x], line[x + 1], line[x + 2]];
      sum += r + g + b;
      colors.add((r << 16) | (g << 8) | b);
    }
    before = line;
  }
  return { brightness: sum / (3 * 255 * width * height), colors: colors.size };
}

/** A line as it was before its filter: each byte is the difference to one that is guessed from its neighbours. */
function unfiltered(filter: number, line: Uint8Array, above: Uint8Array, channels: number): Uint8Array {
  const out = new Uint8Array(line.length);
  for (let i = 0; i < line.length; i++) {
    const a = i < channels ? 0 : (out[i - channels] ?? 0);
    const b = above[i] ?? 0;
    const c = i < channels ? 0 : (above[i - channels] ?? 0);
    out[i] = (line[i] ?? 0) + guess(filter, a, b, c);
  }
  return out;
}

function guess(filter: number, a: number, b: number, c: number): number {
  if (filter < 4) return [0, a, b, (a + b) >> 1][filter] ?? 0;
  const [da, db, dc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return da <= db && da <= dc ? a : db <= dc ? b : c;
}

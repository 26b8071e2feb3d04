import { randomBytes } from 'node:crypto';
import zlib from 'node:zlib';
import { compress as zstdCompress } from '@mongodb-js/zstd';
import { crc32c } from '@node-rs/crc32';
import fc from 'fast-check';
import { compressFrameSync } from 'lz4-napi';
import { compressSync as snappyCompress } from 'snappy';
import { describe, expect, it } from 'vitest';
import { BatchRoom } from '../../../../../shared/kafka/wire/batch-room.ts';
import {
  type CodecLoaders,
  Decompressor,
  decompress,
  uncompressXerial,
} from '../../../../../shared/kafka/wire/codecs.ts';
import { crc32cInTypeScript, loadCrc32c } from '../../../../../shared/kafka/wire/crc32c.ts';

const plain = Buffer.from('Spillway '.repeat(1_000));

describe('decompress', () => {
  it.each([
    [0, async () => plain],
    [1, async () => zlib.gzipSync(plain)],
    [2, async () => snappyCompress(plain)],
    [3, async () => compressFrameSync(plain)],
    [4, async () => await zstdCompress(plain)],
  ])('codec %i, from a view in the middle of a buffer', async (id, pack) => {
    const packed = await pack();
    const framed = Buffer.concat([Buffer.from('before'), packed, Buffer.from('after')]);
    expect((await decompress(id, framed.subarray(6, 6 + packed.length))).equals(plain)).toBe(true);
  });

  it.each([
    [1, async (b: Buffer) => zlib.gzipSync(b)],
    [2, async (b: Buffer) => snappyCompress(b)],
    [3, async (b: Buffer) => compressFrameSync(b)],
    [4, async (b: Buffer) => await zstdCompress(b)],
  ])('codec %i, however large', async (id, pack) => {
    // Half of it noise: the packed bytes are many, too.
    const large = Buffer.concat([randomBytes(2 * 1024 * 1024), Buffer.alloc(7 * 1024 * 1024, 'spillway')]);
    const packed = await pack(large);
    const framed = Buffer.concat([Buffer.from('before'), packed, Buffer.from('after')]);
    expect((await decompress(id, framed.subarray(6, 6 + packed.length))).equals(large)).toBe(true);
  });

  it('takes no memory that a snappy block asks for and cannot fill', async () => {
    const claims4GiB = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0, 1]);
    await expect(decompress(2, claims4GiB)).rejects.toMatchObject({
      code: 'RECORD_BATCH_CORRUPT',
      message: 'snappy refused the batch: 7 bytes do not become 4294967295',
    });
  });

  it('reads gzip whose trailer tells a length that it has not', async () => {
    // Two members: the trailer is that of the second.
    const members = Buffer.concat([zlib.gzipSync(plain), zlib.gzipSync(Buffer.from('tail'))]);
    expect((await decompress(1, members)).equals(Buffer.concat([plain, Buffer.from('tail')]))).toBe(true);
  });

  it.each([1, 2, 3, 4])('codec %i says what it cannot read', async (id) => {
    await expect(decompress(id, Buffer.from('this is none of them'))).rejects.toMatchObject({
      name: 'FatalError',
      code: 'RECORD_BATCH_CORRUPT',
    });
  });

  it('knows no other codec', async () => {
    await expect(decompress(7, plain)).rejects.toMatchObject({ code: 'KAFKA_CODEC_UNKNOWN' });
  });
});

describe('Decompressor', () => {
  const room = new BatchRoom(undefined);

  /** Whose lz4 package is installed when told. */
  function withoutLz4() {
    let loads = 0;
    let installed = false;
    const there = { needs: '', load: async () => async (bytes: Buffer) => bytes };
    const load = async () => {
      loads++;
      if (!installed) throw new Error("Cannot find package 'lz4'");
      return async (bytes: Buffer) => bytes;
    };
    const loaders: CodecLoaders = {
      none: there,
      gzip: there,
      snappy: there,
      lz4: { needs: 'install the package lz4', load },
      zstd: there,
    };
    const install = () => {
      installed = true;
    };
    return { decompressor: new Decompressor(loaders), install, loads: () => loads };
  }

  it('names the package that is not installed; batches of other codecs are read', async () => {
    const { decompressor } = withoutLz4();
    await expect(decompressor.decompress(3, plain, room)).rejects.toMatchObject({
      name: 'FatalError',
      code: 'KAFKA_CODEC_MISSING',
      message: 'a batch is compressed with lz4: install the package lz4',
      mayHeal: false,
    });
    expect(await decompressor.decompress(2, plain, room)).toBe(plain);
  });

  it('fails every batch that is compressed with it, and reads them when it is there', async () => {
    const { decompressor, install, loads } = withoutLz4();
    const missing = { code: 'KAFKA_CODEC_MISSING' };
    const both = [decompressor.decompress(3, plain, room), decompressor.decompress(3, plain, room)];
    for (const one of both) await expect(one).rejects.toMatchObject(missing);
    expect(loads()).toBe(1);
    await expect(decompressor.decompress(3, plain, room)).rejects.toMatchObject(missing);
    install();
    expect(await decompressor.decompress(3, plain, room)).toBe(plain);
    expect(await decompressor.decompress(3, plain, room)).toBe(plain);
    expect(loads()).toBe(3);
  });
});

describe('uncompressXerial', () => {
  const header = Buffer.from('82534e41505059000000000100000001', 'hex');
  const block = (b: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(b.length);
    return Buffer.concat([length, b]);
  };

  it('joins the blocks of a Java stream', () => {
    const framed = Buffer.concat([header, block(Buffer.from('ab')), block(Buffer.from('c')), block(Buffer.alloc(0))]);
    expect(String(uncompressXerial(framed, (b) => b))).toBe('abc');
  });

  it('refuses a block that passes the end', () => {
    expect(() => uncompressXerial(Buffer.concat([header, block(Buffer.from('abc')).subarray(0, 6)]), (b) => b)).toThrow(
      RangeError,
    );
  });
});

describe('CRC-32C', () => {
  it('is 0xe3069283 for "123456789", the check value of the algorithm', async () => {
    expect(crc32cInTypeScript(Buffer.from('123456789'))).toBe(0xe3069283);
    expect((await loadCrc32c())(Buffer.from('123456789'))).toBe(0xe3069283);
  });

  it('is the same in TypeScript and native code for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (a) => crc32cInTypeScript(Buffer.from(a)) === crc32c(a) >>> 0),
    );
  });
});

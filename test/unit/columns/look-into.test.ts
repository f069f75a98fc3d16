import { gzipSync } from 'node:zlib'
import { namesInFile } from '../../../lambda/columns/names-in-file'
import type { Compression } from '../../../lambda/copy-options'
import { aFile, aPlan } from './files'

const KB = 1024

function aHeader(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `column_${index}`)
}

/** What gzip cannot make short. */
function incompressible(lines: number): string {
  let state = 1
  const digits = () => {
    state = (state * 48271) % 2147483647
    return state.toString(36)
  }
  return Array.from({ length: lines }, () => `${digits()}${digits()}${digits()},${digits()}`).join('\n')
}

async function look(content: string | Uint8Array, compression: Compression = 'none') {
  const { object, objects, ranges } = await aFile(content)
  const found = await namesInFile({ objects }, object, aPlan('csv', { headerLines: 1, compression }))
  return { found, read: ranges.map(({ from, bytes }) => [from, bytes]) }
}

describe('of a file, names are looked for', () => {
  it('in its first 64 KB, whatever its size', async () => {
    const { found, read } = await look(`id,name\n${'1,2\n'.repeat(1_000_000)}`)
    expect(found).toMatchObject({ names: ['id', 'name'] })
    expect(read).toEqual([[0, 64 * KB]])
  })

  it('in its first megabyte, if the header is longer', async () => {
    const names = aHeader(10_000)
    const { found, read } = await look(`${names.join(',')}\n1,2\n`)
    expect(found).toMatchObject({ names })
    expect(read).toEqual([
      [0, 64 * KB],
      [64 * KB, 960 * KB],
    ])
  })

  it('to the end of one that ends with a stretch', async () => {
    const name = 'x'.repeat(64 * KB)
    expect((await look(name)).found).toMatchObject({ names: [name] })
  })

  it('in lines that begin with a stretch', async () => {
    const { object, objects } = await aFile(`${'x'.repeat(64 * KB - 1)}\nid,name\n`)
    const names = await namesInFile({ objects }, object, aPlan('csv', { headerLines: 2 }))
    expect(names).toMatchObject({ names: ['id', 'name'] })
  })

  it('no further than that', async () => {
    const { found, read } = await look('x'.repeat(3 * KB * KB))
    expect(found).toMatchObject({ kind: 'unreadable', reason: 'its first megabytes do not hold its names' })
    expect(read).toHaveLength(2)
  })

  it('in the version that is meant', async () => {
    const { object, objects } = await aFile('id\n')
    objects.putBytes('s3://landing/file', Buffer.from('other\n'))
    const names = namesInFile({ objects }, object, aPlan('csv', { headerLines: 1 }))
    await expect(names).rejects.toMatchObject({ code: 'OBJECT_CHANGED' })
  })

  it('and not when it is gone', async () => {
    const { object, objects } = await aFile('id\n')
    objects.delete('s3://landing/file')
    const names = namesInFile({ objects }, object, aPlan('csv', { headerLines: 1 }))
    await expect(names).rejects.toMatchObject({ code: 'OBJECT_GONE' })
  })
})

describe('of a file in gzip, names are looked for', () => {
  it('in what its first 64 KB say, cut off anywhere', async () => {
    const { found, read } = await look(gzipSync(`id,name\n${incompressible(50_000)}`), 'gzip')
    expect(found).toMatchObject({ names: ['id', 'name'] })
    expect(read).toEqual([[0, 64 * KB]])
  })

  it('in all of it, if it is short', async () => {
    expect((await look(gzipSync('id,name'), 'gzip')).found).toMatchObject({ names: ['id', 'name'] })
  })

  it('in all of its members', async () => {
    const members = Buffer.concat([gzipSync('id,na'), gzipSync('me\n1,2\n')])
    expect((await look(members, 'gzip')).found).toMatchObject({ names: ['id', 'name'] })
  })

  it('in a megabyte of what it says, although it says many', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * KB * KB, 'x'))
    const { found } = await look(bomb, 'gzip')
    expect(found).toMatchObject({ kind: 'unreadable', reason: 'its first megabytes do not hold its names' })
    expect((await look(gzipSync(`id\n${'x'.repeat(5_000_000)}`), 'gzip')).found).toMatchObject({ names: ['id'] })
  })

  it.each([
    ['which is not', 'id,name\n', /^it should be in gzip, and cannot be read so: /],
    ['which is damaged', gzipSync('id,name\n').fill(0xff, 10), /^it should be in gzip, and cannot be read so: /],
    ['which is empty', '', /^it is empty$/],
    ['of which the first byte is there', gzipSync('id').subarray(0, 1), /^it is empty$/],
  ])('%s', async (_, content, reason) => {
    const { found } = await look(content, 'gzip')
    expect(found).toMatchObject({ code: 'COLUMNS_UNREADABLE', reason: expect.stringMatching(reason) })
  })
})

it.each(['bzip2', 'lzop', 'zstd'] as const)(
  'no name is taken from a file in %s, and nothing of it read',
  async (compression) => {
    const { found, read } = await look('id\n', compression)
    expect(found).toEqual({
      kind: 'unreadable',
      code: 'COLUMNS_NOT_TOLD',
      reason: `names are taken from files without compression or in gzip, and there is nothing here to read ${compression} with`,
    })
    expect(read).toEqual([])
  },
)

it.each(['fixedwidth', 'avro', 'orc', 'shapefile'] as const)('no name is taken from %s', async (format) => {
  const { object, objects, ranges } = await aFile('x')
  expect(await namesInFile({ objects }, object, aPlan(format))).toMatchObject({ code: 'COLUMNS_NOT_TOLD' })
  expect(ranges).toEqual([])
})

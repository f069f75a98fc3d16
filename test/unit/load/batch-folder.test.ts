import { folderOf, manifestText } from '../../../lambda/load/batch-folder'
import type { Arrival } from '../../../lambda/model'

const arrival = (key: string, sizeBytes: number): Arrival => ({
  target: 'main/public.t',
  object: { bucket: 'b', key, etag: 'e', sizeBytes, eventTimeMs: 0 },
})

describe('the manifest of a batch', () => {
  it('makes every file mandatory, tells its length, and lists none twice', () => {
    expect(
      JSON.parse(manifestText([arrival('a "quoted" ü\\.csv', 3), arrival('b.csv', 4), arrival('b.csv', 4)])),
    ).toEqual({
      entries: [
        { url: 's3://b/a "quoted" ü\\.csv', mandatory: true, meta: { content_length: 3 } },
        { url: 's3://b/b.csv', mandatory: true, meta: { content_length: 4 } },
      ],
    })
  })

  it('lies in a folder that sorts by target and time', () => {
    expect(folderOf('s3://b/own/', 'main/public.t', '01J')).toBe('s3://b/own/batches/main/public.t/01J/')
  })
})

import { failedFolderOf, folderOf, manifestText } from '../../../lambda/load/batch-folder'
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

  it('of a failed batch lies beside those of the others, whatever the work folder is called', () => {
    const batch = { target: 'main/public.t', batchId: '01J' } as const
    const failed = (work: `s3://${string}`) => failedFolderOf({ ...batch, folder: folderOf(work, batch.target, '01J') })
    expect(failed('s3://b/own/')).toBe('s3://b/own/failed/main/public.t/01J/')
    expect(failed('s3://b/batches/')).toBe('s3://b/batches/failed/main/public.t/01J/')
  })
})

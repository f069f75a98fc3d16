import { z } from 'zod'
import type { LoadPlan } from './copy-options'
import { messageOf, RedshiftError } from './errors'
import { addressOf, readAddress, type S3ObjectInfo, type S3Objects, s3ServiceException } from './s3-objects'

/** Finds the files of a COPY, in the order in which they are loaded: a manifest's entries, or all keys with a prefix. */
export async function findFiles(
  s3: S3Objects,
  source: string,
  plan: LoadPlan,
  ownRegion: string,
): Promise<S3ObjectInfo[]> {
  if (plan.region !== undefined && plan.region !== ownRegion) {
    const text = 'The bucket you are attempting to access must be addressed using the specified endpoint.'
    throw s3ServiceException('PermanentRedirect', 301, text)
  }
  return plan.manifest ? findListed(s3, source, plan) : findByPrefix(s3, source)
}

async function findByPrefix(s3: S3Objects, source: string): Promise<S3ObjectInfo[]> {
  const { bucket, key } = readAddress(source)
  const found = await s3.list(bucket, key)
  if (found.length === 0) throw new RedshiftError('XX000', `The specified S3 prefix '${key}' does not exist`)
  return found
}

// docs: loading-data-files-using-manifest; keys that UNLOAD … MANIFEST VERBOSE adds are let through.
const Manifest = z.object({
  entries: z.array(
    z.object({
      url: z.string().startsWith('s3://'),
      mandatory: z.boolean().default(false),
      meta: z.object({ content_length: z.number().int().nonnegative().optional() }).optional(),
    }),
  ),
})

type Entry = z.infer<typeof Manifest>['entries'][number]

const HEADS_AT_ONCE = 16

async function findListed(s3: S3Objects, source: string, plan: LoadPlan): Promise<S3ObjectInfo[]> {
  const { entries } = await readManifest(s3, source)
  const found: (S3ObjectInfo | undefined)[] = []
  for (let at = 0; at < entries.length; at += HEADS_AT_ONCE) {
    const some = entries.slice(at, at + HEADS_AT_ONCE)
    found.push(...(await Promise.all(some.map((entry) => findEntry(s3, entry, plan)))))
  }
  const files = found.filter((file) => file !== undefined)
  // Whatever `mandatory` says, a COPY without any file is an error.
  if (files.length === 0) throw s3ServiceException('NoSuchKey', 404, 'The specified key does not exist.')
  return files
}

async function readManifest(s3: S3Objects, source: string): Promise<z.infer<typeof Manifest>> {
  let text: string
  try {
    text = await s3.readText(readAddress(source))
  } catch (error) {
    throw new RedshiftError('XX000', `Problem reading manifest file - ${messageOf(error)}`)
  }
  try {
    return Manifest.parse(JSON.parse(text))
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error)
    throw new RedshiftError('XX000', 'Manifest file is not in correct json format', why)
  }
}

async function findEntry(s3: S3Objects, entry: Entry, plan: LoadPlan): Promise<S3ObjectInfo | undefined> {
  const expected = entry.meta?.content_length
  if (expected === undefined && plan.format.kind === 'parquet') {
    throw new RedshiftError(
      'XX000',
      `Manifest entry has no meta content_length, which columnar formats need: ${entry.url}`,
    )
  }
  const found = await s3.head(readAddress(entry.url))
  if (found === undefined) {
    if (!entry.mandatory) return undefined
    throw s3ServiceException('NoSuchKey', 404, `The specified key does not exist. (${entry.url})`)
  }
  if (expected !== undefined && expected !== found.sizeBytes) {
    const text = `The file size in the manifest does not match the actual file size: ${addressOf(found)}`
    throw new RedshiftError('XX000', text, `expected ${expected}, found ${found.sizeBytes}`)
  }
  return found
}

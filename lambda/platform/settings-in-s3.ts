import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { messageOf, PenstockError } from '../errors'
import { type S3Url, splitUrl } from '../model'
import { errorName, httpStatus, withContext } from './aws-call'

export interface SettingsSource<Settings> {
  readonly client: S3Client
  /** A JSON document. */
  readonly url: S3Url
  /** Checks the document; throws `MALFORMED_SETTINGS`. */
  readonly read: (document: unknown) => Settings
  readonly now: () => number
  /** S3 is asked for a newer document at most so often. @default 30 */
  readonly recheckSeconds?: number
}

/**
 * The settings, kept between invocations and read again when the document has changed. A new document that cannot be
 * read is an error and not a reason to go on with the old one: nobody would notice that the new routes do not count.
 * The events wait in their queue meanwhile, and the next call looks again at once.
 */
export function settingsInS3<Settings>(
  source: SettingsSource<Settings>,
): (how?: { readonly fresh?: boolean }) => Promise<Settings> {
  const { url, now, recheckSeconds = 30 } = source
  let known:
    | { readonly etag: string | undefined; readonly settings: Settings; readonly checkedAtMs: number }
    | undefined
  let asking: Promise<Settings> | undefined

  async function ask(): Promise<Settings> {
    const checkedAtMs = now()
    const answer = await fetchUnless(source, known?.etag)
    if (answer === 'unchanged' && known) known = { ...known, checkedAtMs }
    else if (answer === 'unchanged')
      throw new PenstockError('OBJECT_GONE', `S3 says that ${url} has not changed, but it was never read`)
    else known = { etag: answer.etag, settings: source.read(parse(url, answer.text)), checkedAtMs }
    return known.settings
  }

  return async ({ fresh = false } = {}) => {
    if (!fresh && known && now() < known.checkedAtMs + recheckSeconds * 1000) return known.settings
    // A request that is under way may have been answered before the document changed.
    if (fresh && asking) await asking.catch(() => {})
    // Records of one event that come here together share one request.
    asking ??= ask().finally(() => {
      asking = undefined
    })
    return await asking
  }
}

async function fetchUnless<Settings>({ client, url }: SettingsSource<Settings>, etag: string | undefined) {
  const { bucket, key } = splitUrl(url)
  try {
    const answer = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: key, ...(etag !== undefined && { IfNoneMatch: etag }) }),
    )
    return { etag: answer.ETag, text: (await answer.Body?.transformToString('utf-8')) ?? '' }
  } catch (error) {
    // The SDK throws on an answer that is no error.
    if (httpStatus(error) === 304) return 'unchanged'
    if (errorName(error) === 'NoSuchKey')
      throw new PenstockError('OBJECT_GONE', `there are no settings at ${url}`, { cause: error })
    throw withContext(`GetObject ${url}`, error)
  }
}

function parse(url: S3Url, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new PenstockError('MALFORMED_SETTINGS', `${url} is not JSON: ${messageOf(error)}`, { cause: error })
  }
}

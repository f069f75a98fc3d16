import { createHash } from 'node:crypto'
import { type Arrival, type Fingerprint, type S3Url, type TargetId, urlOf } from '../model'

/** Digits of a time in milliseconds: enough for 30,000 years, so that text sorts as the number does. */
const TIME_DIGITS = 15

/** S3 sends sequencers of 16 to 20 digits and promises no length. Longer than this they sort as text. */
const SEQUENCER_DIGITS = 32

/** 22 characters that stand for an address of any length: 128 bits of SHA-256. */
export function urlHash(url: S3Url): string {
  return createHash('sha256').update(url).digest().subarray(0, 16).toString('base64url')
}

/**
 * Where an arrival stands in the queue of its target: `time#sequencer#hash(url)`. The same event has the same place.
 * Sequencers are compared padded to one length with zeros (that is how S3 defines their order); `-` sorts before all.
 */
export function placeOf({ object }: Arrival): string {
  const time = String(object.eventTimeMs).padStart(TIME_DIGITS, '0')
  const sequencer = object.sequencer?.toUpperCase().padStart(SEQUENCER_DIGITS, '0') ?? '-'
  return `${time}#${sequencer}#${urlHash(urlOf(object))}`
}

/** The part of a target's queue in which an address waits; always the same one while the number of shards is. */
export function shardOf(url: S3Url, shards: number): number {
  return shards === 1 ? 0 : createHash('sha256').update(url).digest().readUInt32BE(16) % shards
}

/** Partition key of a shard of a target's queue. */
export function queueKey(target: TargetId, shard: number): string {
  return `${target}#${shard}`
}

/** Partition key of a file record. */
export function fileKey(target: TargetId, url: S3Url): string {
  return `${target}#${url}`
}

/** Partition key of the note of a content, in the table of the file records. No address begins like it, so it is no record's. */
export function contentKey(target: TargetId, fingerprint: Fingerprint): string {
  return `${target}#content:${fingerprint}`
}

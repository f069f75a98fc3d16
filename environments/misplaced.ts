import { isRecord } from '../lambda/errors'
import type { Problem } from '../lambda/route/route'

type Raw = Readonly<Record<string, unknown>>

/** IAM's and S3's limits on names. */
const LONGEST_ROLE = 64
const LONGEST_BUCKET = 63
/** AWS takes 50 tags; some are ours. */
const MOST_TAGS = 45

/**
 * What AWS would refuse, or what would not work there, although every value is right by itself. It looks at the
 * environment as it was written, so that it is told beside any other problem.
 */
export function misplacedIn(environment: unknown, prefix: string): readonly Problem[] {
  const input = groupOf(environment)
  const warehouses = Object.entries(groupOf(input['warehouses']))
  return [
    ...inOtherRegion('notify.failures', groupOf(input['notify'])['failures'], input['region']),
    ...inOtherRegion('notify.successes', groupOf(input['notify'])['successes'], input['region']),
    ...inOtherRegion('kmsKey', input['kmsKey'], input['region']),
    ...tooLongForState(input),
    ...warehouses.flatMap(([id, one]) => wrongWarehouse(`warehouses.${id}`, id, groupOf(one), prefix)),
    ...wrongTags(groupOf(input['tags'])),
  ]
}

/** Alarms, functions and keys reach nothing in another region. */
function inOtherRegion(path: string, arn: unknown, region: unknown): readonly Problem[] {
  if (typeof arn !== 'string' || typeof region !== 'string') return []
  const there = /^arn:[a-z-]+:(?:sns|kms):([a-z0-9-]+):/.exec(arn)?.[1]
  if (there === undefined || there === region) return []
  return [{ path, message: `lies in ${there}, and the environment in ${region}: name one of ${region}` }]
}

function tooLongForState({ bucket, stateBucket }: Raw): readonly Problem[] {
  const name = isRecord(bucket) ? bucket['existing'] : bucket
  if (stateBucket !== undefined || typeof name !== 'string' || `${name}-state`.length <= LONGEST_BUCKET) return []
  const message = `is missing: ${name}-state is longer than the ${LONGEST_BUCKET} characters that S3 takes, so name the bucket of Terraform's state`
  return [{ path: 'stateBucket', message }]
}

function wrongWarehouse(
  path: string,
  id: string,
  { passwordParameter, copyRole }: Raw,
  prefix: string,
): readonly Problem[] {
  const problems: Problem[] = []
  if (typeof passwordParameter === 'string' && !isParameterName(passwordParameter)) {
    const message = `a parameter is named by a path of letters, digits, '.', '_' and '-', such as /penstock/dev/main/password, not '${passwordParameter}'`
    problems.push({ path: `${path}.passwordParameter`, message })
  }
  const role = `${prefix}-copy-${id}`
  if (copyRole === 'create' && role.length > LONGEST_ROLE) {
    const message = `the role ${role} would have ${role.length} characters, and IAM takes ${LONGEST_ROLE}: shorten the name of the warehouse or of the environment`
    problems.push({ path: `${path}.copyRole`, message })
  }
  return problems
}

/** SSM keeps what begins with aws or ssm for itself, and a path has at most 15 levels. */
function isParameterName(name: string): boolean {
  const isPath = /^(\/[\w.-]+){1,15}$/.test(name) || /^[\w.-]+$/.test(name)
  return isPath && !/^\/?(aws|ssm)/i.test(name)
}

function wrongTags(tags: Raw): readonly Problem[] {
  const names = Object.keys(tags)
  const reserved = names
    .filter((name) => /^aws:/i.test(name))
    .map((name) => ({
      path: `tags.${name}`,
      message: `AWS keeps names that begin with 'aws:' for itself: choose another`,
    }))
  const tooMany = { path: 'tags', message: `names ${names.length} tags, and must name at most ${MOST_TAGS}` }
  return [...reserved, ...(names.length > MOST_TAGS ? [tooMany] : [])]
}

function groupOf(value: unknown): Raw {
  return isRecord(value) && !Array.isArray(value) ? value : {}
}

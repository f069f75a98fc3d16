import { z } from 'zod'
import { AwsJsonError } from './aws-json'
import { latestOf, type Parameter, type ParameterStore, type ParameterVersion, type Tier } from './parameters'
import { read, TAG_LIST } from './read-input'

const INPUT = z.object({
  Name: z.string(),
  Value: z.string().min(1),
  Type: z.enum(['String', 'StringList', 'SecureString']).optional(),
  Overwrite: z.boolean().default(false),
  Tier: z.enum(['Standard', 'Advanced', 'Intelligent-Tiering']).optional(),
  Description: z.string().max(1024).optional(),
  KeyId: z.string().optional(),
  AllowedPattern: z.string().max(1024).optional(),
  DataType: z.string().default('text'),
  Policies: z.string().optional(),
  Tags: TAG_LIST.optional(),
})
type Input = z.infer<typeof INPUT>

const MOST_VERSIONS = 100
const LARGEST_BYTES: Readonly<Record<Tier, number>> = { Standard: 4096, Advanced: 8192 }

/** PutParameter: a new parameter, or with Overwrite a new version of one. */
export function putParameter(store: ParameterStore, given: unknown, now: () => number): object {
  const input = read(INPUT, given)
  checkName(input.Name)
  const existing = store.byName.get(input.Name)
  if (existing && !input.Overwrite) {
    throw new AwsJsonError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    )
  }
  if (existing && input.Tags) {
    throw invalid('Invalid request: tags and overwrite can’t be used together.')
  }
  const version = nextVersion(input, existing, now)
  if (existing) append(existing, version)
  else {
    const tags = new Map(input.Tags?.map(({ Key, Value }) => [Key, Value]))
    store.byName.set(input.Name, { name: input.Name, versions: [version], tags })
  }
  return { Version: version.version, Tier: version.tier }
}

function checkName(name: string): void {
  if (!/^[a-zA-Z0-9_.\-/]+$/.test(name)) {
    throw invalid('Parameter name: can only contain letters, digits and the symbols _.-/')
  }
  if (name.includes('/') && !name.startsWith('/')) {
    throw invalid('Parameter name must be a fully qualified name: it begins with / when it contains one')
  }
  if (/^\/?(aws|ssm)/i.test(name)) {
    throw invalid('Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive)')
  }
  if (name.split('/').length > 16 || name.endsWith('/') || name.includes('//')) {
    throw new AwsJsonError('HierarchyLevelLimitExceededException', 'A hierarchy has at most fifteen levels, none empty')
  }
}

function nextVersion(input: Input, existing: Parameter | undefined, now: () => number): ParameterVersion {
  const before = existing && latestOf(existing)
  const type = input.Type ?? before?.type
  if (type === undefined) throw invalid('A parameter type is required when you create a parameter.')
  if (before && type !== before.type && (type === 'SecureString' || before.type === 'SecureString')) {
    throw new AwsJsonError('HierarchyTypeMismatchException', `The type of ${input.Name} can't change to ${type}`)
  }
  if (input.KeyId !== undefined && type !== 'SecureString') {
    throw invalid('KeyId is only for parameters of type SecureString')
  }
  if (input.AllowedPattern !== undefined && !new RegExp(input.AllowedPattern).test(input.Value)) {
    throw new AwsJsonError('ParameterPatternMismatchException', 'Parameter value does not match the allowed pattern')
  }
  const tier = tierOf(input, before?.tier)
  if (Buffer.byteLength(input.Value) > LARGEST_BYTES[tier]) {
    const hint = tier === 'Standard' ? ' To create a larger parameter value, use the advanced-parameter tier.' : ''
    throw invalid(
      `${tier} tier parameters support a maximum parameter value of ${LARGEST_BYTES[tier]} characters.${hint}`,
    )
  }
  return {
    version: (before?.version ?? 0) + 1,
    type,
    value: input.Value,
    tier,
    modified: now() / 1000,
    dataType: input.DataType,
    description: input.Description ?? before?.description,
    keyId: type === 'SecureString' ? (input.KeyId ?? before?.keyId ?? 'alias/aws/ssm') : undefined,
    allowedPattern: input.AllowedPattern,
    labels: new Set(),
  }
}

function tierOf(input: Input, before: Tier | undefined): Tier {
  if (input.Tier === 'Standard' && before === 'Advanced') {
    throw invalid('This parameter uses the advanced-parameter tier. You can’t downgrade it to the standard tier.')
  }
  const larger = Buffer.byteLength(input.Value) > LARGEST_BYTES.Standard || input.Policies !== undefined
  if (input.Tier === 'Intelligent-Tiering') return before === 'Advanced' || larger ? 'Advanced' : 'Standard'
  return input.Tier ?? before ?? 'Standard'
}

function append(parameter: Parameter, version: ParameterVersion): void {
  const { versions } = parameter
  if (versions.length >= MOST_VERSIONS) {
    if (versions[0].labels.size > 0) {
      throw new AwsJsonError(
        'ParameterMaxVersionLimitExceeded',
        `The oldest of the ${MOST_VERSIONS} versions has a label. Move the label to another version first.`,
      )
    }
    versions.shift()
  }
  versions.push(version)
}

function invalid(message: string): AwsJsonError {
  return new AwsJsonError('ValidationException', message)
}

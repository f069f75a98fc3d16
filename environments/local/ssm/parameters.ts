import { createHash } from 'node:crypto'
import { AwsJsonError } from './aws-json'

export type ParameterType = 'String' | 'StringList' | 'SecureString'
export type Tier = 'Standard' | 'Advanced'

/** One value that a parameter has had. */
export interface ParameterVersion {
  readonly version: number
  readonly type: ParameterType
  readonly value: string
  readonly tier: Tier
  /** Epoch seconds, as AWS-JSON carries times. */
  readonly modified: number
  readonly dataType: string
  readonly description: string | undefined
  readonly keyId: string | undefined
  readonly allowedPattern: string | undefined
  readonly labels: Set<string>
}

/** A parameter: its latest 100 versions, oldest first, never none. */
export interface Parameter {
  readonly name: string
  readonly versions: [ParameterVersion, ...ParameterVersion[]]
  readonly tags: Map<string, string>
}

/** All parameters of the account and region. */
export interface ParameterStore {
  readonly region: string
  readonly account: string
  readonly byName: Map<string, Parameter>
}

/** What a name given by a caller selects: `name`, `name:3`, `name:label`, or the ARN in place of the name. */
export interface Selected {
  readonly parameter: Parameter
  readonly version: ParameterVersion
  /** `:3` or `:label` when the name had one. */
  readonly selector: string | undefined
}

/** The latest version. */
export function latestOf({ versions }: Parameter): ParameterVersion {
  return versions.at(-1) ?? versions[0]
}

/** Finds what a name selects; the errors are those of GetParameter. */
export function select(store: ParameterStore, given: string): Selected {
  const { name, selector } = splitName(given)
  const parameter = store.byName.get(name)
  if (!parameter) throw new AwsJsonError('ParameterNotFound', `Parameter ${name} not found.`)
  if (selector === undefined) return { parameter, version: latestOf(parameter), selector: undefined }
  const version = parameter.versions.find(
    (one) => String(one.version) === selector || (!/^\d+$/.test(selector) && one.labels.has(selector)),
  )
  if (!version) {
    const message = `Systems Manager could not find version ${selector} of ${name}. Verify the version and try again.`
    throw new AwsJsonError('ParameterVersionNotFound', message)
  }
  return { parameter, version, selector: `:${selector}` }
}

/** The parameter of that name. */
export function parameterNamed(store: ParameterStore, name: string): Parameter {
  return select(store, name).parameter
}

// The resource part of an ARN has the name's own leading slash, or one that the name has not.
function splitName(given: string): { name: string; selector: string | undefined } {
  const bare = given.replace(/^arn:[^:]*:ssm:[^:]*:\d*:parameter(?=\/)/, '')
  const fromArn = bare !== given
  const [name = '', selector] = bare.split(':', 2)
  return { name: fromArn && !name.includes('/', 1) ? name.slice(1) : name, selector }
}

/** A version as the reading operations give it. */
export function described(store: ParameterStore, { parameter, version, selector }: Selected, decrypt: boolean): object {
  return {
    Name: parameter.name,
    Type: version.type,
    Value: version.type === 'SecureString' && !decrypt ? ciphertext(version) : version.value,
    Version: version.version,
    ...(selector === undefined ? {} : { Selector: selector }),
    LastModifiedDate: version.modified,
    ARN: arnOf(store, parameter.name),
    DataType: version.dataType,
  }
}

export function arnOf({ region, account }: ParameterStore, name: string): string {
  return `arn:aws:ssm:${region}:${account}:parameter${name.startsWith('/') ? '' : '/'}${name}`
}

// Without decryption a SecureString reads as what KMS made of it: opaque, and another one for another value.
function ciphertext({ value, version }: ParameterVersion): string {
  const digest = createHash('sha512').update(`${version}:${value}`).digest()
  return Buffer.concat([Buffer.from('01020200', 'hex'), digest]).toString('base64')
}

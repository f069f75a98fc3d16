import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** What is not part of this project and has to be on the machine. */
export interface Terraform {
  readonly program: string
  /** The folder from which providers are installed, as `terraform init -plugin-dir` takes it. */
  readonly pluginDir: string
}

/** A tool, or what is missing. */
export type Found<Tool> =
  | { readonly kind: 'found'; readonly tool: Tool }
  | { readonly kind: 'missing'; readonly what: string }

/** Terraform, and the AWS provider in the folder that `TF_PLUGIN_DIR` names. */
export function findTerraform(): Found<Terraform> {
  const pluginDir = process.env['TF_PLUGIN_DIR'] ?? ''
  if (!runs('terraform', 'version')) return missing('terraform is not on PATH')
  if (pluginDir === '') return missing('TF_PLUGIN_DIR does not name the folder of providers (registry.terraform.io/…)')
  if (!existsSync(pluginDir)) return missing(`TF_PLUGIN_DIR names ${pluginDir}, which is not there`)
  return { kind: 'found', tool: { program: 'terraform', pluginDir } }
}

/** moto's server: what `MOTO_SERVER` names, or `moto_server` on PATH. */
export function findMoto(): Found<string> {
  return findPython('moto_server', 'MOTO_SERVER', "moto: pip install 'moto[server]'")
}

/** checkov: what `CHECKOV` names, or `checkov` on PATH. */
export function findCheckov(): Found<string> {
  return findPython('checkov', 'CHECKOV', 'checkov: pip install checkov')
}

/** Says loudly that nothing was checked; a tool that is missing is no failure. */
export function skip(command: string, what: string): void {
  process.stderr.write(`\n### SKIPPED: ${command}: ${what} ###\n\n`)
}

function findPython(name: string, variable: string, install: string): Found<string> {
  const program = process.env[variable] || name
  return runs(program, '--help') ? { kind: 'found', tool: program } : missing(`${program} does not run (${install})`)
}

function missing(what: string): Found<never> {
  return { kind: 'missing', what }
}

function runs(program: string, argument: string): boolean {
  try {
    execFileSync(program, [argument], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

// A page with one form: title, what it is for, its fields, and what the last try said.
import type { ReactNode } from 'react'
import { Form } from 'react-router'
import type { FormOutcome } from '../run-form.server.ts'
import { Button, Card, Notice } from './controls.tsx'

interface FormPageProps {
  title: string
  lead?: string | undefined
  /** Of the button. */
  submit: string
  outcome?: Partial<FormOutcome> | undefined
  /** What went well before this form. */
  news?: string | undefined
  children: ReactNode
  below?: ReactNode
}

export const FormPage = ({ title, lead, submit, outcome, news, children, below }: FormPageProps) => (
  <Card className="mx-auto max-w-lg">
    <title>{title}</title>
    <h1 className="text-2xl font-bold tracking-tight">{title}</h1>
    {lead && <p className="mt-2 text-muted">{lead}</p>}
    <Form method="post" noValidate className="mt-5 space-y-4">
      {news && <Notice tone="success">{news}</Notice>}
      {outcome?.failure && <Notice tone="danger">{outcome.failure}</Notice>}
      {children}
      <Button className="w-full">{submit}</Button>
    </Form>
    {below && <div className="mt-5 flex flex-wrap gap-x-5 gap-y-2">{below}</div>}
  </Card>
)

/** Attributes of a field by the outcome of the last try. */
export const fieldOf = (name: string, label: string, outcome?: Partial<FormOutcome>, entered?: Record<string, string>) => ({
  name,
  label,
  error: outcome?.errors?.[name],
  isFirstError: Object.keys(outcome?.errors ?? {})[0] === name,
  defaultValue: outcome?.entered?.[name] ?? entered?.[name] ?? '',
})

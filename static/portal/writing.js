// The editor of one text: counts as the server does, saves while one types, loses nothing. The form works without it.
(() => {
  'use strict'
  const form = document.querySelector('[data-writing]')
  if (!form) return
  const text = form.elements.text, version = form.elements.version, words = form.dataset
  const part = (name) => document.querySelector(`[data-w=${name}]`)
  const show = (name, on) => { part(name).hidden = !on }
  const PAUSE = 2500 // milliseconds after the last key
  const key = `portal:text:${words.user}:${location.pathname.replace(/^\/\w+/, '')}`
  const format = (n, digits = 0) => n.toLocaleString(document.documentElement.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits })
  let saved = text.value, sending = null, timer, stopped = false, again = false

  // As projects/measures.py: code points, runs of what is no space, tenths of pages.
  const measure = (typed) => {
    const value = typed.replace(/[\x00-\x08\x0e-\x1f\x7f]/g, '') // control characters are not saved
    const characters = [...value].length
    const found = value.match(/[^\s\x1c-\x1f\x85\ufeff]+/gu)
    const page = Number(words.page)
    return { characters, words: found ? found.length : 0, tenths: Math.floor((characters * 10 + Math.floor(page / 2)) / page) }
  }
  const count = () => {
    const now = measure(text.value), over = now.characters - Number(words.limit)
    part('characters').textContent = format(now.characters)
    part('words').textContent = format(now.words)
    part('pages').textContent = format(now.tenths / 10, 1)
    part('over-by').textContent = format(Math.max(0, over))
    if (part('over').hidden === over > 0) show('over', over > 0)
  }
  const say = (message) => { part('status').textContent = message }

  // The second net: what the server does not have yet, in this browser.
  const keep = () => {
    try {
      if (text.value === saved) localStorage.removeItem(key)
      else localStorage.setItem(key, JSON.stringify({ text: text.value, version: version.value, at: Date.now() }))
    } catch { /* private windows may have no room: the server is the first net */ }
  }
  const kept = () => { try { return JSON.parse(localStorage.getItem(key)) } catch { return null } }
  const forget = () => { try { localStorage.removeItem(key) } catch { /* see above */ } }

  const data = (value, leaving) => {
    const sent = new FormData(form)
    sent.set('text', value)
    if (leaving) sent.set('leaving', '1')
    return new URLSearchParams(sent)
  }
  const save = async () => {
    clearTimeout(timer)
    if (stopped || text.value === saved) return
    if (sending) { again = true; return }
    const value = text.value
    say(words.saving)
    let answer, said
    try {
      sending = fetch(form.action, { method: 'POST', body: data(value), headers: { Accept: 'application/json' }, keepalive: value.length < 15000 })
      answer = await sending
      said = await answer.json()
    } catch {
      say(words.unreachable); timer = setTimeout(save, 10000); return
    } finally { sending = null }
    if (answer.ok) {
      version.value = said.version; saved = value
      keep(); say(said.saved); show('refused', false)
      part('writer').textContent = said.writer
      if (again || text.value !== saved) { again = false; timer = setTimeout(save, PAUSE) }
    } else if (answer.status === 401 || answer.status === 403) {
      say(words.kept); document.dispatchEvent(new CustomEvent('portal:signed-out'))
    } else if (answer.status === 409 && 'theirs' in said) {
      stopped = true; say(words.kept); part('stale-by').textContent = said.by; show('stale', true)
    } else { say(words.kept); part('refused').textContent = said.error || words.unreachable; show('refused', true) }
  }

  text.addEventListener('input', () => { count(); keep(); if (!stopped) { clearTimeout(timer); timer = setTimeout(save, PAUSE) } })
  document.addEventListener('portal:session', save)
  addEventListener('online', save)
  // On leaving: saved at once, and others may come in. Not while another save is on its way: its answer is not known.
  addEventListener('pagehide', () => {
    if (stopped || sending || form.dataset.sent) return
    const body = data(text.value, true)
    fetch(form.action, { method: 'POST', body, headers: { Accept: 'application/json' }, keepalive: true }).catch(() => {})
  })
  addEventListener('pageshow', () => { delete form.dataset.sent })
  form.addEventListener('submit', () => { form.dataset.sent = '1' })
  // The lock is renewed while somebody thinks, not only while they type.
  setInterval(() => { if (!document.hidden && !stopped && !sending && text.value === saved && document.activeElement === text) fetch(form.action, { method: 'POST', body: data(saved), headers: { Accept: 'application/json' } }).catch(() => {}) }, 90000)

  const left = kept()
  if (left && left.text !== text.value) {
    part('kept-at').textContent = new Date(left.at).toLocaleString(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' })
    show('found', true)
    part('bring').addEventListener('click', () => {
      text.value = left.text; version.value = left.version
      show('found', false); text.focus(); count(); save()
    })
    part('discard').addEventListener('click', () => { forget(); show('found', false); text.focus() })
  } else forget()
  count()
})()

// Says before the session ends, so that nothing is lost while somebody writes. Pages work without it.
(() => {
  'use strict'
  const words = document.getElementById('session-words')
  if (!words) return
  const WARN = 300 // seconds before the end
  const dialog = words.content.querySelector('dialog').cloneNode(true)
  document.body.append(dialog)
  const part = (name) => dialog.querySelector(`[data-${name}]`)
  part('again').href = words.dataset.login
  let timer, ends = 0, silent = '' // what need not be said again: "Not now" was the answer

  const say = (state, seconds) => {
    dialog.querySelectorAll('[data-ends][data-over]').forEach((e) => {
      e.textContent = e.dataset[state].replace('{minutes}', Math.max(1, Math.ceil(seconds / 60)))
    })
    part('stay').hidden = state === 'over'
    part('again').hidden = state !== 'over'
    dialog.dataset.state = state
    if (!dialog.open && silent !== state) dialog.showModal()
  }
  const look = () => {
    const left = (ends - Date.now()) / 1000
    clearTimeout(timer)
    if (left > WARN) { timer = setTimeout(look, Math.min(left - WARN, 3600) * 1000); return }
    if (left <= 0) { ask(); return }
    say('ends', left)
    timer = setTimeout(look, Math.min(left, 30) * 1000 + 500)
  }
  // Asks how long the session lasts; with POST renews it. Forms get the newest token.
  const ask = async (method = 'GET') => {
    const token = document.querySelector('[name=csrfmiddlewaretoken]')
    let answer
    try {
      answer = await fetch(words.dataset.url, {
        method, headers: { Accept: 'application/json', ...(method === 'POST' && token ? { 'X-CSRFToken': token.value } : {}) }
      })
    } catch { timer = setTimeout(look, 30000); return false }
    if (answer.status === 401) { over(); return false }
    if (!answer.ok) return false
    const { seconds, token: fresh } = await answer.json()
    document.querySelectorAll('[name=csrfmiddlewaretoken]').forEach((e) => { e.value = fresh })
    ends = Date.now() + seconds * 1000
    if (seconds > WARN) { silent = ''; if (dialog.open) dialog.close() }
    look()
    document.dispatchEvent(new CustomEvent('portal:session'))
    return true
  }
  const over = () => { clearTimeout(timer); say('over', 0) }
  part('stay').addEventListener('click', () => ask('POST'))
  part('close').addEventListener('click', () => { silent = dialog.dataset.state; dialog.close() })
  dialog.addEventListener('cancel', () => { silent = dialog.dataset.state }) // Escape
  // Whoever comes back from signing in elsewhere goes on where they were.
  addEventListener('visibilitychange', () => { if (!document.hidden && ends) ask() })
  addEventListener('focus', () => { if (dialog.open || silent === 'over') ask() })
  addEventListener('input', (e) => { if (!ends && e.target.closest('form[method=post]')) { ends = 1; ask() } })
  document.addEventListener('portal:signed-out', over)
  if (document.querySelector('[data-writing]')) { ends = 1; ask() }
})()

// Reads QR codes with the camera (components/scanner.html) and sends them through the form with the code field,
// which works without this file: with a hand scanner or by typing.
const box = document.querySelector('[data-scanner]')
const button = document.querySelector('[data-scanner-button]')
const video = box?.querySelector('video')
let stream = null
let last = { text: '', at: 0 }

// The browser's own reader where there is one (not on iOS, nor on many desktops), else jsQR.
async function reader() {
  if ('BarcodeDetector' in window && (await BarcodeDetector.getSupportedFormats()).includes('qr_code')) {
    const detector = new BarcodeDetector({ formats: ['qr_code'] })
    return async () => (await detector.detect(video))[0]?.rawValue
  }
  const { default: jsQR } = await import(box.dataset.jsqr)
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d', { willReadFrequently: true })
  return async () => {
    canvas.width = video.videoWidth
    canvas.height = video.videoHeight
    if (!canvas.width) return undefined
    context.drawImage(video, 0, 0)
    return jsQR(context.getImageData(0, 0, canvas.width, canvas.height).data, canvas.width, canvas.height)?.data
  }
}

function send(text) {
  if (text === last.text && Date.now() - last.at < 4000) return // the same ticket is still in front of the camera
  last = { text, at: Date.now() }
  const input = document.getElementById(box.dataset.scanner) // looked up each time: htmx may have replaced it
  input.value = text
  input.form.requestSubmit()
}

async function start() {
  stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
  box.hidden = false
  button.setAttribute('aria-pressed', 'true')
  video.srcObject = stream
  await video.play()
  const read = await reader()
  while (stream) {
    const text = await read()
    if (text) send(text)
    await new Promise((next) => setTimeout(next, 200))
  }
}

function stop() {
  stream?.getTracks().forEach((track) => track.stop())
  stream = null
  box.hidden = true
  button.setAttribute('aria-pressed', 'false')
}

// htmx leaves the field as it was: empty it for the next guest. Hand scanners type where the focus is.
document.addEventListener('htmx:afterRequest', () => {
  const input = box && document.getElementById(box.dataset.scanner)
  if (!input) return
  input.value = ''
  if (!stream) input.focus() // with the camera running, the focus would only open a phone's keyboard
})

if (box && navigator.mediaDevices?.getUserMedia) {
  button.hidden = false
  button.addEventListener('click', () => {
    if (stream) stop()
    else start().catch(() => { stop(); document.querySelector('[data-scanner-denied]').hidden = false })
  })
}

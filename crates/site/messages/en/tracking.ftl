# Words of tracking.
track-title = Track a dossier
track-intro = Enter the code and the secret printed on your receipt, or scan its QR code.
track-code = Dossier code
track-code-hint = For example: H41.99.40-261126-0001
track-secret = Secret
track-secret-hint = The six digits printed on the receipt.
track-button = Show the dossier
track-wrong = The code and the secret do not belong together. Please check your receipt.
track-bad-code = This is not a dossier code. Copy it as printed on the receipt, with its dots and dashes.
track-due = Promised for
track-asked = What you need to do:
track-pay = Pay { $amount } at the one-stop counter or as notified.
track-collect = Your result is ready. Please bring the receipt to collect it.
track-why = Why this date?
track-no-date = There is no working for this date.
track-way = The way of your dossier
track-where = Received at

from celery import shared_task

from district_portal.notifications import delivery


@shared_task
def deliver() -> int:
    """Beat's hint: something may be waiting. Safe to lose and to repeat."""
    return delivery.deliver_waiting()

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a guest runs in place of a BIOS: it fills its memory with a pattern, and looks for it at each NMI.
 *
 * It says one byte at a time on its first serial port: F when the memory is filled, then at each NMI . if the pattern is
 * there, X if not.  In between its CPU is halted; the others are never started.
 *
 * The pattern is in whole pages all over the RAM, which ends below 2 GiB, from 1 MiB on.  The more RAM the fewer pages, for a
 * host with transparent huge pages gives 2 MiB for each: 1008 in 64 MiB, 64 in 1 GiB.  It is in one page of 256 KiB of the first
 * GiB of DIMMs too, which are above 4 GiB.  All that is remembered is in registers: %ebp the end of the RAM, %ecx that of the
 * DIMMs. */

	.set PORT, 0x3f8
	.set CMOS, 0x70
	.set STACK, 0x7000
	.set DIRECTORY, 0x8000		/* of pages of 4 MiB */
	.set FIRST, 0x100000
	.set DIMMS, 0x80000000		/* where the program sees what is at 4 GiB */
	.set DIMMS_MOST, 0xc0000000
	.set DIMM_STEP, 0x40000
	.set APIC_SPURIOUS, 0xfee000f0	/* of the local APIC */
	.set APIC_LINT1, 0xfee00360
	.set FACTOR, 0x9e3779b1		/* odd: each address has a value that no other has */

/* STEP for each double word of the pattern: %edi is where it is, %eax what it has to be.  Changes %ebx and %esi too. */
	.macro pattern step:req
	mov %ebp, %ebx
	shr $18, %ebx
	imul %ebx, %ebx
	and $~0xfff, %ebx
	mov $FIRST, %esi
1:	mov %esi, %edi
2:	imul $FACTOR, %edi, %eax
	\step
	add $4, %edi
	test $0xfff, %edi
	jnz 2b
	add %ebx, %esi
	cmp %ebp, %esi
	jb 1b
	cmp $DIMMS, %esi
	jae 3f
	mov $DIMMS, %esi
	mov $DIMM_STEP, %ebx
3:	cmp %ecx, %esi
	jb 1b
	.endm

	.globl _start
	.code16
_start:
	lgdtl %cs:gdt_here - _start
	mov $0x11, %eax			/* protected mode */
	mov %eax, %cr0
	ljmpl $8, $flat

	.code32
flat:
	mov $16, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	mov $STACK, %esp
	lidt idt_here

	/* Page tables, for nothing else reaches beyond 4 GiB. */
	mov $0x83, %eax			/* present, writable, 4 MiB */
	mov $DIRECTORY, %edi
1:	stosl
	add $0x400000, %eax
	jnc 1b
	mov $0x2083, %eax		/* bit 13 is bit 32 of the address */
	mov $DIRECTORY + (DIMMS >> 20), %edi
	mov $(DIMMS_MOST - DIMMS) >> 22, %ecx
1:	stosl
	add $0x400000, %eax
	loop 1b
	mov $DIRECTORY, %eax
	mov %eax, %cr3
	mov $0x10, %eax			/* pages of 4 MiB */
	mov %eax, %cr4
	mov $0x80000011, %eax
	mov %eax, %cr0

	/* RAM beyond 16 MiB in units of 64 KiB. */
	mov $0x35, %al
	out %al, $CMOS
	in $CMOS + 1, %al
	mov %al, %ah
	mov $0x34, %al
	out %al, $CMOS
	in $CMOS + 1, %al
	movzwl %ax, %ebp
	shl $16, %ebp
	add $0x1000000, %ebp

	/* Where no DIMM is, nothing is kept. */
	mov $DIMMS, %ecx
1:	mov %ecx, (%ecx)
	cmp %ecx, (%ecx)
	jne 2f
	add $DIMM_STEP, %ecx
	cmp $DIMMS_MOST, %ecx
	jb 1b
2:
	pattern "mov %eax, (%edi)"

	movl $0x1ff, APIC_SPURIOUS	/* on */
	movl $0x400, APIC_LINT1		/* an NMI */
	mov $'F', %al
	mov $PORT, %dx
	out %al, %dx
idle:
	hlt
	jmp idle

nmi:
	pusha
	pattern "cmp %eax, (%edi); jne bad"
	mov $'.', %al
	jmp say
bad:
	mov $'X', %al
say:
	mov $PORT, %dx
	out %al, %dx
	popa
	iret

	.balign 8
gdt:
	.quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdt_here:
	.word . - gdt - 1
	.long gdt
idt:
	.quad 0, 0
	.word nmi - _start, 8, 0x8e00, 0xffff
idt_here:
	.word . - idt - 1
	.long idt

	.org 0xfff0
	.code16
	jmp _start
	.org 0x10000
